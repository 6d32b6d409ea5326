import type { CollectionMethod, ListOf } from './billing-objects.ts';
import type { Constant, Metadata } from './object-parts.ts';
import type { Customer } from './objects.ts';
import type { UNUSED_BY_INVOICES, UNUSED_BY_LINES } from './unused-fields.ts';

/** Invoices and what they consist of, as `objects.ts` says. */

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
