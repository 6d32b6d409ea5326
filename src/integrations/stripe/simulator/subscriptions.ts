import type * as z from 'zod';
import type { Account, Call } from './account.ts';
import { invalidRequest, missing } from './api-error.ts';
import type { Subscription } from './billing-objects.ts';
import { createSubscription } from './create-subscription.ts';
import { choice, text } from './parameters.ts';
import { requireAttached } from './payment-methods.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, retrieveRoute, searchRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { cancelSubscription, change, currentPeriod, renew, setPeriod } from './subscription-changes.ts';
import { addItem, removeItem, updateItem } from './subscription-item-changes.ts';
import type { UpdateParameters } from './subscription-parameters.ts';
import { cancelParameters, createParameters, statuses, updateParameters } from './subscription-parameters.ts';
import { given } from './updates.ts';

const subscriptions: Resource<Subscription> = {
  path: '/v1/subscriptions',
  kind: 'subscription',
  objects: (account) => account.subscriptions,
};
const { path, kind } = subscriptions;

const filters = {
  collection_method: choice('charge_automatically', 'send_invoice').optional(),
  customer: text().optional(),
  price: text().optional(),
  status: choice(...statuses).optional(),
  test_clock: text().optional(),
};

export const subscriptionRoutes = [
  route('POST', path, kind, createParameters, createSubscription),
  searchRoute(subscriptions, ['canceled_at', 'status']),
  retrieveRoute(subscriptions),
  listRoute(
    subscriptions,
    filters,
    (subscription, { collection_method, customer, price, status, test_clock }) =>
      fits(collection_method, subscription.collection_method) &&
      fits(customer, subscription.customer) &&
      fits(test_clock, subscription.test_clock) &&
      (price === undefined || subscription.items.data.some((item) => item.price.id === price)) &&
      hasStatus(subscription, status),
  ),
  route('POST', `${path}/:id`, kind, updateParameters, updateSubscription),
  route('DELETE', `${path}/:id`, kind, cancelParameters, (call, { cancellation_details }, id) => {
    const subscription = fetchObject(subscriptions, call.account, id);
    requireRunning(subscription);
    Object.assign(subscription.cancellation_details, given(cancellation_details ?? {}));
    call.account.at(subscription.test_clock, () => cancelSubscription(call, subscription, 'cancellation_requested'));
    return subscription;
  }),
];

/** Without a status Stripe leaves out what is cancelled. */
function hasStatus({ status }: Subscription, wanted: z.output<(typeof filters)['status']>): boolean {
  if (wanted === 'all') return true;
  if (wanted === 'ended') return status === 'canceled' || status === 'incomplete_expired';
  return wanted === undefined ? status !== 'canceled' : status === wanted;
}

function requireRunning(subscription: Subscription): void {
  if (!['canceled', 'incomplete_expired'].includes(subscription.status)) return;
  throw invalidRequest('A canceled subscription can only update its cancellation_details and metadata.', {
    code: 'resource_missing',
  });
}

function updateSubscription(call: Call, parameters: UpdateParameters, id: string): Subscription {
  const { account } = call;
  const subscription = fetchObject(subscriptions, account, id);
  const { metadata: update, cancellation_details, ...rest } = parameters;
  if (Object.values(rest).some((value) => value !== undefined)) requireRunning(subscription);
  account.at(subscription.test_clock, () =>
    change(call, subscription, () => {
      subscription.metadata = mergeMetadata(subscription.metadata, update);
      Object.assign(subscription.cancellation_details, given(cancellation_details ?? {}));
      applyFields(account, subscription, parameters);
      applyItems(account, subscription, parameters);
      applyCancellation(account, subscription, parameters);
      if (parameters.trial_end !== undefined) moveTrialEnd(call, subscription, parameters.trial_end);
    }),
  );
  return subscription;
}

function applyFields(account: Account, subscription: Subscription, parameters: UpdateParameters): void {
  const { collection_method, days_until_due, default_payment_method, description, payment_settings } = parameters;
  if (default_payment_method !== undefined) {
    requireAttached(account, default_payment_method, subscription.customer, 'default_payment_method');
  }
  Object.assign(subscription, given({ collection_method, days_until_due, default_payment_method, description }));
  Object.assign(subscription.payment_settings, given(payment_settings ?? {}));
}

function applyItems(
  account: Account,
  subscription: Subscription,
  { items = [], proration_behavior }: UpdateParameters,
): void {
  for (const { id, deleted, ...parameters } of items) {
    if (id === undefined) {
      addItem(account, subscription, parameters, proration_behavior);
      continue;
    }
    const item = subscription.items.data.find((one) => one.id === id);
    if (item === undefined) throw missing('subscription item', id, 'items[0][id]', 400);
    if (deleted === true) removeItem(account, subscription, item, proration_behavior);
    else updateItem(account, subscription, item, parameters, proration_behavior);
  }
}

function applyCancellation(account: Account, subscription: Subscription, parameters: UpdateParameters): void {
  const { cancel_at_period_end: atPeriodEnd, cancel_at: at } = parameters;
  if (atPeriodEnd === undefined && at === undefined) return;
  if (atPeriodEnd === true && typeof at === 'number') {
    throw invalidRequest('You cannot set both cancel_at and cancel_at_period_end.', { param: 'cancel_at' });
  }
  const cancelAt = atPeriodEnd === true ? currentPeriod(subscription).end : (at ?? null);
  subscription.cancel_at_period_end = atPeriodEnd === true;
  subscription.cancel_at = cancelAt;
  subscription.canceled_at = cancelAt === null ? null : account.now();
  subscription.cancellation_details.reason = cancelAt === null ? null : 'cancellation_requested';
}

/** The trial ends now, and the first period to be paid begins; or it ends at another time. */
function moveTrialEnd(call: Call, subscription: Subscription, trialEnd: number | 'now'): void {
  const now = call.account.now();
  const end = trialEnd === 'now' ? now : trialEnd;
  if (end < now) throw invalidRequest('Invalid timestamp: must be in the future.', { param: 'trial_end' });
  const { start } = currentPeriod(subscription);
  subscription.trial_end = end;
  subscription.billing_cycle_anchor = end;
  setPeriod(subscription, start, end);
  if (end > now) {
    subscription.status = 'trialing';
    subscription.trial_start ??= now;
  } else renew(call, subscription);
}
