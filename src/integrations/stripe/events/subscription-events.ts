import type { EventType, ExampleContext } from '../../../webhooks/event-examples.ts';
import { CUSTOMER, list, snapshot } from './snapshot.ts';

const MONTH_S = 30 * 24 * 60 * 60;
export const PRICE = 'price_1RbYAcLkdIwHu7ixnOGpLr4B';
export const PRODUCT = 'prod_SWnqg4Jq0MXy6K';

/** https://docs.stripe.com/api/subscriptions/object; since basil the current period is that of each item. */
export function subscription(context: ExampleContext, startedAt = context.seconds) {
  const id = `sub_1${context.text(23)}`;
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: startedAt,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: startedAt,
    currency: 'usd',
    customer: CUSTOMER,
    customer_account: null,
    days_until_due: null,
    default_payment_method: `pm_1${context.text(23)}`,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: list(`/v1/subscription_items?subscription=${id}`, [item(context, id, startedAt)]),
    latest_invoice: `in_1${context.text(23)}`,
    livemode: false,
    managed_payments: { enabled: false },
    metadata: {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: startedAt,
    status: 'active',
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
    trial_start: null,
  } as const;
}

function item({ text }: ExampleContext, subscription: string, startedAt: number) {
  return {
    id: `si_${text(14)}`,
    object: 'subscription_item',
    billing_thresholds: null,
    created: startedAt,
    current_period_end: startedAt + MONTH_S,
    current_period_start: startedAt,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: plan(startedAt),
    price: price(startedAt),
    quantity: 1,
    subscription,
    tax_rates: [],
  } as const;
}

function price(createdAt: number) {
  return {
    id: PRICE,
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: createdAt,
    currency: 'usd',
    custom_unit_amount: null,
    livemode: false,
    lookup_key: 'pro_monthly',
    metadata: {},
    nickname: null,
    product: PRODUCT,
    recurring: { interval: 'month', interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: 1999,
    unit_amount_decimal: '1999',
  } as const;
}

function plan(createdAt: number) {
  return {
    id: PRICE,
    object: 'plan',
    active: true,
    amount: 1999,
    amount_decimal: '1999',
    billing_scheme: 'per_unit',
    created: createdAt,
    currency: 'usd',
    interval: 'month',
    interval_count: 1,
    livemode: false,
    metadata: {},
    meter: null,
    nickname: null,
    product: PRODUCT,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  } as const;
}

/** https://docs.stripe.com/billing/subscriptions/webhooks */
export const subscriptionEvents: Readonly<Record<string, EventType>> = {
  'customer.subscription.created': {
    about:
      'A subscription began. Grant access on status `active` or `trialing` only: `incomplete` waits for its first payment.',
    example: (context) => snapshot(context, 'customer.subscription.created', subscription(context)),
  },
  'customer.subscription.updated': {
    about:
      'Status, plan, period or cancellation changed; `previous_attributes` has what was. Set access by `status`, whatever came before.',
    example: (context) => {
      const ending = {
        ...subscription(context, context.seconds - MONTH_S / 2),
        cancel_at: context.seconds + MONTH_S / 2,
        cancel_at_period_end: true,
        canceled_at: context.seconds,
        cancellation_details: {
          comment: null,
          feedback: 'too_expensive',
          feedback_option: null,
          reason: 'cancellation_requested',
        },
      };
      return snapshot(context, 'customer.subscription.updated', ending, {
        cancel_at: null,
        cancel_at_period_end: false,
        canceled_at: null,
        cancellation_details: { feedback: null, reason: null },
      });
    },
  },
  'customer.subscription.deleted': {
    about: 'The subscription has ended. Take access away.',
    example: (context) =>
      snapshot(context, 'customer.subscription.deleted', {
        ...subscription(context, context.seconds - MONTH_S),
        canceled_at: context.seconds - MONTH_S / 2,
        cancellation_details: {
          comment: null,
          feedback: null,
          feedback_option: null,
          reason: 'cancellation_requested',
        },
        ended_at: context.seconds,
        status: 'canceled',
      }),
  },
  'customer.subscription.trial_will_end': {
    about:
      'A trial ends in three days, or sooner when it is shorter. Tell the customer, and ask for a payment method that is missing.',
    example: (context) =>
      snapshot(context, 'customer.subscription.trial_will_end', {
        ...subscription(context),
        status: 'trialing',
        trial_end: context.seconds + 3 * 24 * 60 * 60,
        trial_start: context.seconds - 4 * 24 * 60 * 60,
      }),
  },
};
