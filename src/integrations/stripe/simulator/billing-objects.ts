import type { Constant, Metadata } from './object-parts.ts';
import type { Customer } from './objects.ts';
import type {
  UNUSED_BY_INVOICES,
  UNUSED_BY_LINES,
  UNUSED_BY_PRICES,
  UNUSED_BY_PRODUCTS,
  UNUSED_BY_SESSIONS,
  UNUSED_BY_SUBSCRIPTION_ITEMS,
  UNUSED_BY_SUBSCRIPTIONS,
} from './unused-fields.ts';

/** Products, subscriptions, invoices and checkout sessions, as `objects.ts` says. */

export interface ListOf<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  total_count: number;
  url: string;
}

export interface Product extends Constant<typeof UNUSED_BY_PRODUCTS> {
  id: string;
  object: 'product';
  active: boolean;
  created: number;
  default_price: string | null;
  description: string | null;
  images: string[];
  metadata: Metadata;
  name: string;
  updated: number;
  url: string | null;
}

export type Interval = 'day' | 'week' | 'month' | 'year';

export interface Recurring {
  interval: Interval;
  interval_count: number;
  meter: null;
  trial_period_days: null;
  usage_type: 'licensed';
}

export interface Price extends Constant<typeof UNUSED_BY_PRICES> {
  id: string;
  object: 'price';
  active: boolean;
  created: number;
  currency: string;
  lookup_key: string | null;
  metadata: Metadata;
  nickname: string | null;
  product: string;
  recurring: Recurring | null;
  type: 'one_time' | 'recurring';
  unit_amount: number;
  unit_amount_decimal: string;
}

/** The older form of a price, which subscription items still carry. */
export interface Plan {
  id: string;
  object: 'plan';
  active: boolean;
  amount: number;
  amount_decimal: string;
  billing_scheme: 'per_unit';
  created: number;
  currency: string;
  interval: Interval;
  interval_count: number;
  livemode: false;
  metadata: Metadata;
  meter: null;
  nickname: string | null;
  product: string;
  tiers_mode: null;
  transform_usage: null;
  trial_period_days: null;
  usage_type: 'licensed';
}

export type SubscriptionStatus =
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'canceled'
  | 'unpaid';

export interface SubscriptionItem extends Constant<typeof UNUSED_BY_SUBSCRIPTION_ITEMS> {
  id: string;
  object: 'subscription_item';
  created: number;
  current_period_end: number;
  current_period_start: number;
  metadata: Metadata;
  plan: Plan;
  price: Price;
  quantity: number;
  subscription: string;
}

export type CollectionMethod = 'charge_automatically' | 'send_invoice';

export interface Subscription extends Constant<typeof UNUSED_BY_SUBSCRIPTIONS> {
  id: string;
  object: 'subscription';
  billing_cycle_anchor: number;
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  cancellation_details: {
    comment: string | null;
    feedback: string | null;
    feedback_option: null;
    reason: 'cancellation_requested' | 'payment_failed' | null;
  };
  collection_method: CollectionMethod;
  created: number;
  currency: string;
  customer: string;
  days_until_due: number | null;
  default_payment_method: string | null;
  description: string | null;
  ended_at: number | null;
  items: ListOf<SubscriptionItem>;
  latest_invoice: string | null;
  metadata: Metadata;
  start_date: number;
  status: SubscriptionStatus;
  test_clock: string | null;
  trial_end: number | null;
  trial_start: number | null;
}

export interface InvoiceLine extends Constant<typeof UNUSED_BY_LINES> {
  id: string;
  object: 'line_item';
  amount: number;
  currency: string;
  description: string | null;
  invoice: string;
  metadata: Metadata;
  parent:
    | {
        invoice_item_details: null;
        subscription_item_details: {
          invoice_item: null;
          proration: boolean;
          proration_details: { credited_items: null };
          subscription: string;
          subscription_item: string;
        };
        type: 'subscription_item_details';
      }
    | {
        invoice_item_details: {
          invoice_item: string;
          proration: boolean;
          proration_details: { credited_items: null };
          subscription: string | null;
        };
        subscription_item_details: null;
        type: 'invoice_item_details';
      };
  period: { end: number; start: number };
  pricing: Pricing | null;
  quantity: number;
  quantity_decimal: string;
  subscription: string | null;
  subtotal: number;
}

export interface Pricing {
  price_details: { price: string; product: string };
  type: 'price_details';
  unit_amount_decimal: string;
}

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';

export interface Invoice extends Constant<typeof UNUSED_BY_INVOICES> {
  id: string;
  object: 'invoice';
  amount_due: number;
  amount_paid: number;
  amount_remaining: number;
  attempt_count: number;
  attempted: boolean;
  auto_advance: boolean;
  automatically_finalizes_at: number | null;
  billing_reason: 'manual' | 'subscription_create' | 'subscription_cycle' | 'subscription_update' | 'upcoming';
  collection_method: CollectionMethod;
  created: number;
  currency: string;
  customer: string;
  customer_address: Customer['address'];
  customer_email: string | null;
  customer_name: string | null;
  customer_phone: string | null;
  customer_shipping: Customer['shipping'];
  default_payment_method: string | null;
  description: string | null;
  due_date: number | null;
  effective_at: number | null;
  ending_balance: number | null;
  footer: string | null;
  hosted_invoice_url: string | null;
  invoice_pdf: string | null;
  lines: ListOf<InvoiceLine>;
  metadata: Metadata;
  next_payment_attempt: number | null;
  number: string | null;
  parent: {
    quote_details: null;
    subscription_details: { metadata: Metadata; subscription: string };
    type: 'subscription_details';
  } | null;
  period_end: number;
  period_start: number;
  status: InvoiceStatus;
  status_transitions: {
    finalized_at: number | null;
    marked_uncollectible_at: number | null;
    paid_at: number | null;
    voided_at: number | null;
  };
  subtotal: number;
  subtotal_excluding_tax: number;
  test_clock: string | null;
  total: number;
  total_excluding_tax: number;
  webhooks_delivered_at: number | null;
}

export interface InvoicePayment {
  id: string;
  object: 'invoice_payment';
  amount_paid: number | null;
  amount_requested: number;
  created: number;
  currency: string;
  invoice: string;
  is_default: boolean;
  livemode: false;
  payment: { payment_intent: string; type: 'payment_intent' };
  status: 'open' | 'paid' | 'canceled';
  status_transitions: { canceled_at: number | null; paid_at: number | null };
}

export interface InvoiceItem {
  id: string;
  object: 'invoiceitem';
  amount: number;
  /** As in every object that can be listed; the API itself calls it `date`. */
  created: number;
  currency: string;
  customer: string;
  customer_account: null;
  date: number;
  description: string | null;
  discountable: boolean;
  discounts: [];
  invoice: string | null;
  livemode: false;
  metadata: Metadata;
  net_amount: number;
  parent: {
    subscription_details: { subscription: string; subscription_item: string };
    type: 'subscription_details';
  } | null;
  period: { end: number; start: number };
  pricing: Pricing | null;
  proration: boolean;
  quantity: number;
  quantity_decimal: string;
  tax_rates: [];
  test_clock: string | null;
}

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

export interface TestClock {
  id: string;
  object: 'test_helpers.test_clock';
  created: number;
  deletes_after: number;
  frozen_time: number;
  livemode: false;
  name: string | null;
  status: 'advancing' | 'internal_failure' | 'ready';
  status_details: { advancing?: { target_frozen_time: number } };
}
