import type { Price } from './billing-objects.ts';
import type { Constant, Metadata } from './object-parts.ts';
import type { Customer } from './objects.ts';
import type { UNUSED_BY_SESSIONS } from './unused-fields.ts';

/** Checkout sessions, as `objects.ts` says. */

export interface SessionLine {
  id: string;
  object: 'item';
  adjustable_quantity: null;
  amount_discount: 0;
  amount_subtotal: number;
  amount_tax: 0;
  amount_total: number;
  currency: string;
  description: string;
  metadata: Metadata;
  price: Price;
  quantity: number;
}

/** Parameters for what a session makes when it is completed. */
export interface SessionPlan {
  payment_intent_data?:
    | {
        capture_method?: 'automatic' | 'automatic_async' | 'manual' | undefined;
        description?: string | undefined;
        metadata?: '' | Metadata | undefined;
        setup_future_usage?: 'off_session' | 'on_session' | undefined;
      }
    | undefined;
  subscription_data?: { metadata?: '' | Metadata | undefined; trial_period_days?: number | undefined } | undefined;
}

export interface CheckoutSession extends Constant<typeof UNUSED_BY_SESSIONS> {
  id: string;
  object: 'checkout.session';
  amount_subtotal: number | null;
  amount_total: number | null;
  cancel_url: string | null;
  client_reference_id: string | null;
  created: number;
  currency: string | null;
  customer: string | null;
  customer_details: {
    address: Customer['address'];
    business_name: null;
    email: string | null;
    individual_name: null;
    name: string | null;
    phone: string | null;
    tax_exempt: 'none';
    tax_ids: [];
  } | null;
  customer_email: string | null;
  expires_at: number;
  invoice: string | null;
  metadata: Metadata;
  mode: 'payment' | 'setup' | 'subscription';
  payment_intent: string | null;
  payment_status: 'paid' | 'unpaid' | 'no_payment_required';
  setup_intent: string | null;
  status: 'open' | 'complete' | 'expired';
  subscription: string | null;
  success_url: string | null;
  total_details: { amount_discount: 0; amount_shipping: 0; amount_tax: 0 };
  url: string | null;
}
