import type { Account } from './account.ts';
import type { Charge, ChargedCard, ChargeOutcome, PaymentMethod } from './card-objects.ts';
import { UNUSED_BY_CARD_PAYMENTS, UNUSED_BY_CHARGES } from './card-objects.ts';
import { createId } from './ids.ts';
import type { PaymentIntent } from './objects.ts';
import type { Decline } from './test-cards.ts';

/** One attempt to charge the card, which the issuer declined when there is a decline. Captured unless the intent says otherwise. */
export function createCharge(
  account: Account,
  intent: PaymentIntent,
  method: PaymentMethod,
  decline: Decline | undefined,
): Charge {
  const id = createId('ch');
  const cvcFails = decline?.code === 'incorrect_cvc' || account.cards.get(method.id)?.failsCvcCheck === true;
  const captured = decline === undefined && intent.capture_method !== 'manual';
  return account.charges.add({
    id,
    object: 'charge',
    ...UNUSED_BY_CHARGES,
    amount: intent.amount,
    amount_captured: captured ? intent.amount : 0,
    amount_refunded: 0,
    balance_transaction: null,
    billing_details: structuredClone(method.billing_details),
    calculated_statement_descriptor: 'SIMULATOR',
    captured,
    created: account.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    metadata: { ...intent.metadata },
    outcome: outcomeOf(decline),
    paid: decline === undefined,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { card: chargedCard(intent, method, decline, cvcFails), type: 'card' },
    receipt_email: intent.receipt_email,
    receipt_url: decline === undefined ? `https://pay.stripe.com/receipts/payment/${id}` : null,
    refunded: false,
    shipping: intent.shipping,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline === undefined ? 'succeeded' : 'failed',
    transfer_group: intent.transfer_group,
  });
}

function outcomeOf(decline: Decline | undefined): ChargeOutcome {
  const declined = decline !== undefined;
  return {
    advice_code: decline?.adviceCode ?? null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: declined ? 'declined_by_network' : 'approved_by_network',
    reason: decline?.declineCode ?? null,
    risk_level: 'normal',
    risk_score: 20,
    seller_message: declined ? 'The bank did not return any further details with this decline.' : 'Payment complete.',
    type: declined ? 'issuer_declined' : 'authorized',
  };
}

function chargedCard(
  intent: PaymentIntent,
  method: PaymentMethod,
  decline: Decline | undefined,
  cvcFails: boolean,
): ChargedCard {
  const { brand, country, exp_month, exp_year, fingerprint, funding, last4, checks } = method.card;
  return {
    ...UNUSED_BY_CARD_PAYMENTS,
    amount_authorized: decline === undefined ? intent.amount : null,
    authorization_code: decline === undefined ? '123456' : null,
    brand,
    checks: { ...checks, cvc_check: cvcFails ? 'fail' : 'pass' },
    country,
    exp_month,
    exp_year,
    fingerprint,
    funding,
    last4,
    network: brand,
    network_transaction_id: decline === undefined ? '104102978678771' : null,
  };
}
