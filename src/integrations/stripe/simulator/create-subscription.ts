import type { Account, Call } from './account.ts';
import { invalidRequest, missing, StripeApiError } from './api-error.ts';
import type { Subscription } from './billing-objects.ts';
import type { PaymentMethod } from './card-objects.ts';
import { createId } from './ids.ts';
import { attemptPayment, finalizeInvoice, invoiceIntent } from './invoice-changes.ts';
import type { Invoice } from './invoice-objects.ts';
import type { Customer } from './objects.ts';
import { requireAttached } from './payment-methods.ts';
import { periodEnd } from './periods.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { currentPeriod, draftInvoice, recurringOf, setPeriod } from './subscription-changes.ts';
import { addItem, resolvePrice } from './subscription-item-changes.ts';
import type { CreateParameters } from './subscription-parameters.ts';
import { UNUSED_BY_SUBSCRIPTIONS } from './unused-fields.ts';

const DAY_S = 24 * 60 * 60;

/** Creates it with its first invoice, which is paid at once; a trial begins with an invoice over nothing. */
export function createSubscription(call: Call, parameters: CreateParameters): Subscription {
  const { account } = call;
  const customer = account.customers.get(parameters.customer);
  if (customer === undefined) throw missing('customer', parameters.customer, 'customer', 400);
  return account.at(customer.test_clock, () => create(call, customer, parameters));
}

function create(call: Call, customer: Customer, parameters: CreateParameters): Subscription {
  const { account } = call;
  const { payment_behavior: behavior = 'allow_incomplete' } = parameters;
  const subscription = buildSubscription(account, customer, parameters);
  const method = cardOf(account, subscription, customer);
  requirePayable(subscription, method, behavior);
  account.subscriptions.add(subscription);
  call.emit('customer.subscription.created', subscription);
  const invoice = draftInvoice(call, subscription, 'subscription_create');
  finalizeInvoice(call, invoice);
  if (subscription.status === 'incomplete') payFirst(call, subscription, invoice, method, behavior);
  return subscription;
}

function payFirst(
  call: Call,
  subscription: Subscription,
  invoice: Invoice,
  method: PaymentMethod | undefined,
  behavior: NonNullable<CreateParameters['payment_behavior']>,
): void {
  if (invoice.status === 'paid') return;
  if (subscription.collection_method === 'send_invoice') {
    subscription.status = 'active';
    return;
  }
  if (behavior === 'default_incomplete') {
    const intent = invoiceIntent(call.account, invoice);
    if (intent !== undefined && method !== undefined) {
      intent.payment_method = method.id;
      intent.status = 'requires_confirmation';
    }
    return;
  }
  const error = attemptPayment(call, invoice, { method, offSession: false });
  if (error === undefined || behavior !== 'error_if_incomplete') return;
  // A refusal, not a failed payment: nothing of the subscription stays.
  throw new StripeApiError(error.status, error.type, error.message, error.fields);
}

function cardOf(
  account: Account,
  { default_payment_method }: Subscription,
  customer: Customer,
): PaymentMethod | undefined {
  return account.paymentMethods.get(default_payment_method ?? customer.invoice_settings.default_payment_method ?? '');
}

function requirePayable(
  { collection_method, status }: Subscription,
  method: PaymentMethod | undefined,
  behavior: string,
): void {
  if (collection_method === 'send_invoice' || status === 'trialing' || method !== undefined) return;
  if (behavior === 'default_incomplete') return;
  throw invalidRequest(
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
    { code: 'resource_missing' },
  );
}

function buildSubscription(account: Account, customer: Customer, parameters: CreateParameters): Subscription {
  const [first, ...rest] = parameters.items;
  if (first === undefined) {
    throw invalidRequest('Missing required param: items.', { code: 'parameter_missing', param: 'items' });
  }
  const price = resolvePrice(account, first);
  const now = account.now();
  const trialEnd = trialEndOf(parameters, now);
  const method = parameters.default_payment_method;
  if (method !== undefined) requireAttached(account, method, customer.id, 'default_payment_method');
  const collection = collectionOf(parameters);
  const id = createId('sub');
  const subscription: Subscription = {
    id,
    object: 'subscription',
    ...UNUSED_BY_SUBSCRIPTIONS,
    billing_cycle_anchor: trialEnd ?? now,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: collection,
    created: now,
    currency: price.currency,
    customer: customer.id,
    days_until_due: parameters.days_until_due ?? null,
    default_payment_method: method ?? null,
    description: parameters.description ?? null,
    ended_at: null,
    items: {
      object: 'list',
      data: [],
      has_more: false,
      total_count: 0,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: null,
    metadata: mergeMetadata({}, parameters.metadata),
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: parameters.payment_settings?.save_default_payment_method ?? 'off',
    },
    start_date: now,
    status: trialEnd === null ? 'incomplete' : 'trialing',
    test_clock: customer.test_clock,
    trial_end: trialEnd,
    trial_start: trialEnd === null ? null : now,
  };
  addItem(account, subscription, { ...first, price: price.id, price_data: undefined }, 'none');
  for (const item of rest) addItem(account, subscription, item, 'none');
  setPeriod(subscription, now, trialEnd ?? periodEnd(now, now, recurringOf(subscription)));
  endLater(subscription, parameters, now);
  return subscription;
}

function collectionOf({ collection_method, days_until_due }: CreateParameters): Subscription['collection_method'] {
  if (collection_method !== 'send_invoice' || days_until_due !== undefined) {
    return collection_method ?? 'charge_automatically';
  }
  throw invalidRequest('If collection_method is set to send_invoice, days_until_due must be set.', {
    param: 'days_until_due',
  });
}

function trialEndOf({ trial_end, trial_period_days: days }: CreateParameters, now: number): number | null {
  if (trial_end !== undefined && days !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: trial_end, trial_period_days.', {
      code: 'parameters_exclusive',
      param: 'trial_period_days',
    });
  }
  if (days !== undefined) return now + days * DAY_S;
  if (trial_end === undefined || trial_end === 'now') return null;
  if (trial_end > now) return trial_end;
  throw invalidRequest('Invalid timestamp: must be an integer Unix timestamp in the future.', { param: 'trial_end' });
}

function endLater(
  subscription: Subscription,
  { cancel_at, cancel_at_period_end }: CreateParameters,
  now: number,
): void {
  const end = cancel_at_period_end === true ? currentPeriod(subscription).end : (cancel_at ?? null);
  if (end === null) return;
  Object.assign(subscription, {
    cancel_at: end,
    cancel_at_period_end: cancel_at_period_end === true,
    canceled_at: now,
  });
  subscription.cancellation_details.reason = 'cancellation_requested';
}
