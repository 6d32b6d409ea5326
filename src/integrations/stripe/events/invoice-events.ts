import type { EventType, ExampleContext } from '../../../webhooks/event-examples.ts';
import { ADDRESS, CUSTOMER, EMAIL, list, snapshot } from './snapshot.ts';
import { PRICE, PRODUCT } from './subscription-events.ts';

const AMOUNT = 1999;
const MONTH_S = 30 * 24 * 60 * 60;

/**
 * https://docs.stripe.com/api/invoices/object; since basil the subscription is found under `parent`, payments under `payments` and the
 * price of a line under `pricing`.
 */
export function invoice({ seconds, text }: ExampleContext) {
  const id = `in_1${text(23)}`;
  const subscription = `sub_1${text(23)}`;
  return {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Example Inc.',
    account_tax_ids: null,
    amount_due: AMOUNT,
    amount_overpaid: 0,
    amount_paid: AMOUNT,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 1,
    attempted: true,
    auto_advance: false,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: 'subscription_cycle',
    collection_method: 'charge_automatically',
    created: seconds - 3600,
    currency: 'usd',
    custom_fields: null,
    customer: CUSTOMER,
    customer_account: null,
    customer_address: ADDRESS,
    customer_email: EMAIL,
    customer_name: 'Jenny Rosen',
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: seconds,
    ending_balance: 0,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: `https://invoice.stripe.com/i/acct_1/${text(40)}`,
    invoice_pdf: `https://pay.stripe.com/invoice/acct_1/${text(40)}/pdf`,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: list(`/v1/invoices/${id}/lines`, [line(text, id, subscription, seconds)]),
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: `${text(8).toUpperCase()}-0002`,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: {}, subscription },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    payments: list(`/v1/invoice_payments?invoice=${id}`, [payment(text, id, seconds)]),
    period_end: seconds,
    period_start: seconds - MONTH_S,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'paid',
    status_transitions: { finalized_at: seconds, marked_uncollectible_at: null, paid_at: seconds, voided_at: null },
    subtotal: AMOUNT,
    subtotal_excluding_tax: AMOUNT,
    test_clock: null,
    total: AMOUNT,
    total_discount_amounts: [],
    total_excluding_tax: AMOUNT,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: seconds - 3600,
  } as const;
}

function line(text: ExampleContext['text'], invoice: string, subscription: string, seconds: number) {
  return {
    id: `il_1${text(23)}`,
    object: 'line_item',
    amount: AMOUNT,
    currency: 'usd',
    description: '1 × Pro (at $19.99 / month)',
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: { credited_items: null },
        subscription,
        subscription_item: `si_${text(14)}`,
      },
      type: 'subscription_item_details',
    },
    period: { end: seconds + MONTH_S, start: seconds },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: PRICE, product: PRODUCT },
      type: 'price_details',
      unit_amount_decimal: '1999',
    },
    quantity: 1,
    quantity_decimal: '1',
    subscription,
    subtotal: AMOUNT,
    taxes: [],
  } as const;
}

function payment(text: ExampleContext['text'], invoice: string, seconds: number) {
  return {
    id: `inpay_1${text(23)}`,
    object: 'invoice_payment',
    amount_paid: AMOUNT,
    amount_requested: AMOUNT,
    created: seconds,
    currency: 'usd',
    invoice,
    is_default: true,
    livemode: false,
    payment: { payment_intent: `pi_3${text(23)}`, type: 'payment_intent' },
    status: 'paid',
    status_transitions: { canceled_at: null, paid_at: seconds },
  } as const;
}

function unpaid(context: ExampleContext) {
  const { payments: _, ...rest } = invoice(context);
  const { seconds } = context;
  return {
    ...rest,
    amount_paid: 0,
    amount_remaining: AMOUNT,
    auto_advance: true,
    status: 'open',
    status_transitions: { finalized_at: seconds, marked_uncollectible_at: null, paid_at: null, voided_at: null },
  } as const;
}

/** https://docs.stripe.com/billing/subscriptions/webhooks */
export const invoiceEvents: Readonly<Record<string, EventType>> = {
  'invoice.finalized': {
    about: 'The invoice has its number and can no longer be changed. Show or send it; payment follows.',
    example: (context) =>
      snapshot(context, 'invoice.finalized', { ...unpaid(context), attempt_count: 0, attempted: false }),
  },
  'invoice.paid': {
    about: 'Paid, or marked as paid outside Stripe. Extend access to the end of the period on its lines.',
    example: (context) => snapshot(context, 'invoice.paid', invoice(context)),
  },
  'invoice.payment_succeeded': {
    about:
      'A payment of the invoice succeeded. Comes with `invoice.paid`, which also covers payments outside Stripe: act on one of the two.',
    example: (context) => snapshot(context, 'invoice.payment_succeeded', invoice(context)),
  },
  'invoice.payment_failed': {
    about: 'An attempt failed; `next_payment_attempt` says when Stripe tries again. Ask for another payment method.',
    example: (context) =>
      snapshot(context, 'invoice.payment_failed', {
        ...unpaid(context),
        next_payment_attempt: context.seconds + 3 * 24 * 60 * 60,
      }),
  },
};
