import type { BillingDetails, CardChecks, CardDetails, Constant, Metadata, Shipping } from './object-parts.ts';

/** Payment methods and the charges to them, as `objects.ts` says. */

export interface PaymentMethod {
  id: string;
  object: 'payment_method';
  allow_redisplay: 'unspecified';
  billing_details: BillingDetails;
  card: CardDetails & {
    checks: CardChecks;
    display_brand: string;
    generated_from: null;
    networks: { available: string[]; preferred: null };
    regulated_status: 'unregulated';
    three_d_secure_usage: { supported: boolean };
    wallet: null;
  };
  created: number;
  customer: string | null;
  customer_account: null;
  livemode: false;
  metadata: Metadata;
  type: 'card';
}

/** Fields that no simulated charge fills. */
export const UNUSED_BY_CHARGES = {
  application: null,
  application_fee: null,
  application_fee_amount: null,
  disputed: false,
  failure_balance_transaction: null,
  fraud_details: {},
  livemode: false,
  on_behalf_of: null,
  radar_options: {},
  receipt_number: null,
  review: null,
  source: null,
  source_transfer: null,
  transfer_data: null,
} as const;

export interface Charge extends Constant<typeof UNUSED_BY_CHARGES> {
  id: string;
  object: 'charge';
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  balance_transaction: string | null;
  billing_details: BillingDetails;
  calculated_statement_descriptor: string | null;
  captured: boolean;
  created: number;
  currency: string;
  customer: string | null;
  description: string | null;
  failure_code: string | null;
  failure_message: string | null;
  metadata: Metadata;
  outcome: ChargeOutcome;
  paid: boolean;
  payment_intent: string;
  payment_method: string;
  payment_method_details: { card: ChargedCard; type: 'card' };
  receipt_email: string | null;
  receipt_url: string | null;
  refunded: boolean;
  shipping: Shipping | null;
  statement_descriptor: string | null;
  statement_descriptor_suffix: string | null;
  status: 'succeeded' | 'failed';
  transfer_group: string | null;
}

export interface ChargeOutcome {
  advice_code: string | null;
  network_advice_code: null;
  network_decline_code: null;
  network_status: string;
  reason: string | null;
  risk_level: 'normal';
  risk_score: number;
  seller_message: string;
  type: 'authorized' | 'issuer_declined';
}

/** Fields that no simulated card payment fills. */
export const UNUSED_BY_CARD_PAYMENTS = {
  electronic_commerce_indicator: null,
  installments: null,
  mandate: null,
  network_token: { used: false },
  regulated_status: 'unregulated',
  three_d_secure: null,
  transaction_link_id: null,
  wallet: null,
} as const;

export interface ChargedCard extends CardDetails, Constant<typeof UNUSED_BY_CARD_PAYMENTS> {
  amount_authorized: number | null;
  authorization_code: string | null;
  checks: CardChecks;
  network: string;
  network_transaction_id: string | null;
}
