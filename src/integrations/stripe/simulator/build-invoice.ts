import type { Account } from './account.ts';
import { display } from './amounts.ts';
import type { Price, Subscription, SubscriptionItem } from './billing-objects.ts';
import { createId } from './ids.ts';
import type { Invoice, InvoiceItem, InvoiceLine, Pricing } from './invoice-objects.ts';
import type { Customer } from './objects.ts';
import { UNUSED_BY_INVOICES, UNUSED_BY_LINES } from './unused-fields.ts';

export interface InvoiceOrder {
  readonly customer: Customer;
  readonly currency: string;
  readonly reason: Invoice['billing_reason'];
  readonly subscription?: Subscription | undefined;
  readonly period?: { readonly start: number; readonly end: number } | undefined;
  readonly collectionMethod?: Invoice['collection_method'] | undefined;
  readonly daysUntilDue?: number | undefined;
  readonly autoAdvance?: boolean | undefined;
}

const DAY_S = 24 * 60 * 60;

/** A draft without lines. */
export function buildInvoice(account: Account, order: InvoiceOrder): Invoice {
  const { customer, currency, reason, subscription } = order;
  const id = createId('in');
  const created = account.now();
  const collection = order.collectionMethod ?? subscription?.collection_method ?? 'charge_automatically';
  const days = order.daysUntilDue ?? subscription?.days_until_due ?? null;
  return {
    id,
    object: 'invoice',
    ...UNUSED_BY_INVOICES,
    amount_due: 0,
    amount_paid: 0,
    amount_remaining: 0,
    attempt_count: 0,
    attempted: false,
    auto_advance: order.autoAdvance ?? subscription !== undefined,
    automatically_finalizes_at: null,
    billing_reason: reason,
    collection_method: collection,
    created,
    currency,
    customer: customer.id,
    customer_address: customer.address,
    customer_email: customer.email,
    customer_name: customer.name,
    customer_phone: customer.phone,
    customer_shipping: customer.shipping,
    default_payment_method: null,
    description: null,
    due_date: collection === 'send_invoice' ? created + (days ?? 30) * DAY_S : null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    lines: { object: 'list', data: [], has_more: false, total_count: 0, url: `/v1/invoices/${id}/lines` },
    metadata: {},
    next_payment_attempt: null,
    number: null,
    parent:
      subscription === undefined
        ? null
        : {
            quote_details: null,
            subscription_details: { metadata: { ...subscription.metadata }, subscription: subscription.id },
            type: 'subscription_details',
          },
    period_end: order.period?.end ?? created,
    period_start: order.period?.start ?? created,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: 0,
    subtotal_excluding_tax: 0,
    test_clock: customer.test_clock,
    total: 0,
    total_excluding_tax: 0,
    webhooks_delivered_at: created,
  };
}

/** Adds lines and sums up. */
export function addLines(invoice: Invoice, lines: readonly InvoiceLine[]): void {
  invoice.lines.data.push(...lines);
  invoice.lines.total_count = invoice.lines.data.length;
  const total = invoice.lines.data.reduce((sum, { amount }) => sum + amount, 0);
  Object.assign(invoice, { subtotal: total, subtotal_excluding_tax: total, total, total_excluding_tax: total });
  // What is left of a credit is not carried on to the next invoice.
  invoice.amount_due = Math.max(0, total);
  invoice.amount_remaining = invoice.amount_due - invoice.amount_paid;
}

/** What a subscription item costs in a period; nothing while it is tried. */
export function subscriptionLine(
  invoice: Invoice,
  item: SubscriptionItem,
  period: InvoiceLine['period'],
  isTrial: boolean,
  productName: string,
): InvoiceLine {
  const { price, quantity, subscription } = item;
  const amount = isTrial ? 0 : price.unit_amount * quantity;
  const each = `${display(price.unit_amount, price.currency)} / ${price.recurring?.interval ?? 'month'}`;
  return {
    id: createId('il'),
    object: 'line_item',
    ...UNUSED_BY_LINES,
    amount,
    currency: price.currency,
    description: isTrial ? `Trial period for ${productName}` : `${quantity} × ${productName} (at ${each})`,
    invoice: invoice.id,
    metadata: { ...item.metadata },
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: { credited_items: null },
        subscription,
        subscription_item: item.id,
      },
      type: 'subscription_item_details',
    },
    period,
    pricing: pricingOf(price),
    quantity,
    quantity_decimal: String(quantity),
    subscription,
    subtotal: amount,
  };
}

export function itemLine(invoice: Invoice, item: InvoiceItem): InvoiceLine {
  const { amount, currency, description, id, metadata, period, pricing, proration, quantity, quantity_decimal } = item;
  const subscription = item.parent?.subscription_details.subscription ?? null;
  return {
    id: createId('il'),
    object: 'line_item',
    ...UNUSED_BY_LINES,
    amount,
    currency,
    description,
    invoice: invoice.id,
    metadata: { ...metadata },
    parent: {
      invoice_item_details: { invoice_item: id, proration, proration_details: { credited_items: null }, subscription },
      subscription_item_details: null,
      type: 'invoice_item_details',
    },
    period,
    pricing,
    quantity,
    quantity_decimal,
    subscription,
    subtotal: amount,
  };
}

export function pricingOf({ id, product, unit_amount_decimal }: Price): Pricing {
  return { price_details: { price: id, product }, type: 'price_details', unit_amount_decimal };
}
