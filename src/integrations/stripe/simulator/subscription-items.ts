import * as z from 'zod';
import type { Account, Call } from './account.ts';
import { Collection } from './account.ts';
import { invalidRequest, missing } from './api-error.ts';
import type { Price, Subscription, SubscriptionItem } from './billing-objects.ts';
import { createId } from './ids.ts';
import { addProration } from './invoice-items.ts';
import { listParameters, paginate } from './pagination.ts';
import { boolean, choice, text } from './parameters.ts';
import { createPrice, planOf, prices } from './prices.ts';
import { resolveObject } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { change, currentPeriod, recurringOf } from './subscription-changes.ts';
import type { ItemParameters } from './subscription-parameters.ts';
import { itemParameters } from './subscription-parameters.ts';
import { UNUSED_BY_SUBSCRIPTION_ITEMS } from './unused-fields.ts';

const path = '/v1/subscription_items';
const kind = 'subscription_item';
const proration = choice('create_prorations', 'none').optional();

export const subscriptionItemRoutes = [
  route(
    'POST',
    path,
    kind,
    z.strictObject({ ...itemParameters, subscription: text(), proration_behavior: proration }),
    (call, { subscription: id, proration_behavior, ...parameters }) => {
      const subscription = requireSubscription(call.account, id);
      return inSubscription(call, subscription, () =>
        addItem(call.account, subscription, parameters, proration_behavior),
      );
    },
  ),

  route('GET', `${path}/:id`, kind, z.strictObject({}), ({ account }, _parameters, id) => findItem(account, id).item),

  route('GET', path, kind, z.strictObject({ ...listParameters, subscription: text() }), ({ account }, parameters) => {
    const { subscription, ...page } = parameters;
    const objects = new Collection<SubscriptionItem>();
    for (const item of requireSubscription(account, subscription).items.data) objects.add(item);
    return paginate({ objects, kind, url: path }, page, () => true);
  }),

  route(
    'POST',
    `${path}/:id`,
    kind,
    z.strictObject({ ...itemParameters, proration_behavior: proration }),
    (call, { proration_behavior, ...parameters }, id) => {
      const { subscription, item } = findItem(call.account, id);
      return inSubscription(call, subscription, () => {
        updateItem(call.account, subscription, item, parameters, proration_behavior);
        return item;
      });
    },
  ),

  route(
    'DELETE',
    `${path}/:id`,
    kind,
    z.strictObject({ proration_behavior: proration, clear_usage: boolean().optional() }),
    (call, { proration_behavior }, id) => {
      const { subscription, item } = findItem(call.account, id);
      inSubscription(call, subscription, () => removeItem(call.account, subscription, item, proration_behavior));
      return { id, object: kind, deleted: true };
    },
  ),
];

type Proration = z.output<typeof proration>;

function inSubscription<T>(call: Call, subscription: Subscription, work: () => T): T {
  return call.account.at(subscription.test_clock, () => {
    let result: { value: T } | undefined;
    change(call, subscription, () => {
      result = { value: work() };
    });
    if (result === undefined) throw new Error('The change did not run.');
    return result.value;
  });
}

function requireSubscription(account: Account, id: string): Subscription {
  const subscription = account.subscriptions.get(id);
  if (subscription === undefined) throw missing('subscription', id, 'subscription', 400);
  return subscription;
}

function findItem(account: Account, id: string): { subscription: Subscription; item: SubscriptionItem } {
  for (const subscription of account.subscriptions.newestFirst()) {
    const item = subscription.items.data.find((one) => one.id === id);
    if (item !== undefined) return { subscription, item };
  }
  throw missing('subscription item', id, 'item', 404);
}

/** The price that is named or described. Throws the 400 of one that cannot be subscribed to. */
export function resolvePrice(account: Account, { price: id, price_data: data }: ItemParameters): Price {
  if (id === undefined && data === undefined) {
    throw invalidRequest('Missing required param: items[0][price].', {
      code: 'parameter_missing',
      param: 'items[0][price]',
    });
  }
  const price =
    data === undefined ? resolveObject(prices, account, id ?? '', 'items[0][price]') : createPrice(account, data);
  if (price.recurring === null) {
    throw invalidRequest(
      'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
      {
        param: 'items[0][price]',
      },
    );
  }
  return price;
}

/** Throws the 400 of a price that is billed in another rhythm or currency. */
export function addItem(
  account: Account,
  subscription: Subscription,
  parameters: ItemParameters,
  prorate: Proration,
): SubscriptionItem {
  const price = resolvePrice(account, parameters);
  requireSameRhythm(subscription, price);
  const { start, end } = currentPeriod(subscription);
  const item: SubscriptionItem = {
    id: createId('si', 14),
    object: 'subscription_item',
    ...UNUSED_BY_SUBSCRIPTION_ITEMS,
    created: account.now(),
    current_period_end: end,
    current_period_start: start,
    metadata: mergeMetadata({}, parameters.metadata),
    plan: planOf(price),
    price: structuredClone(price),
    quantity: parameters.quantity ?? 1,
    subscription: subscription.id,
  };
  subscription.items.data.push(item);
  subscription.items.total_count += 1;
  if (prorate !== 'none')
    addProration(account, subscription, item, item.quantity * price.unit_amount, 'Remaining time on');
  return item;
}

export function updateItem(
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  parameters: ItemParameters,
  prorate: Proration,
): void {
  const { metadata: update, price, price_data, quantity = item.quantity } = parameters;
  const isOtherPrice = price !== undefined || price_data !== undefined;
  const next = isOtherPrice ? resolvePrice(account, parameters) : item.price;
  requireSameRhythm(subscription, next);
  if (prorate !== 'none' && (isOtherPrice || quantity !== item.quantity)) {
    addProration(account, subscription, item, -item.quantity * item.price.unit_amount, 'Unused time on');
    addProration(account, subscription, item, quantity * next.unit_amount, 'Remaining time on', next);
  }
  Object.assign(item, {
    metadata: mergeMetadata(item.metadata, update),
    plan: planOf(next),
    price: structuredClone(next),
    quantity,
  });
}

export function removeItem(
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  prorate: Proration,
): void {
  const { data } = subscription.items;
  if (data.length === 1) {
    throw invalidRequest('A subscription must have at least one active item. Cancel the subscription instead.');
  }
  data.splice(data.indexOf(item), 1);
  subscription.items.total_count -= 1;
  if (prorate !== 'none') {
    addProration(account, subscription, item, -item.quantity * item.price.unit_amount, 'Unused time on');
  }
}

/** The simulator bills all items of a subscription together. */
function requireSameRhythm(subscription: Subscription, price: Price): void {
  const [first] = subscription.items.data;
  const { interval, interval_count } = recurringOf(subscription);
  const same = price.recurring?.interval === interval && price.recurring.interval_count === interval_count;
  if (first !== undefined && !same) {
    throw invalidRequest(
      'The simulator bills all items of a subscription in one interval: give prices with the same one.',
    );
  }
  if (price.currency !== subscription.currency) {
    throw invalidRequest(
      `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${subscription.currency}\`.`,
    );
  }
}
