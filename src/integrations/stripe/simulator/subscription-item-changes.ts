import type * as z from 'zod';
import type { Account } from './account.ts';
import { invalidRequest } from './api-error.ts';
import type { Price, Subscription, SubscriptionItem } from './billing-objects.ts';
import { createId } from './ids.ts';
import { addProration } from './invoice-items.ts';
import { createPrice, planOf, prices } from './prices.ts';
import { resolveObject } from './resource-routes.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { currentPeriod, recurringOf } from './subscription-changes.ts';
import type { ItemParameters, proration } from './subscription-parameters.ts';
import { UNUSED_BY_SUBSCRIPTION_ITEMS } from './unused-fields.ts';

export type Proration = z.output<typeof proration>;

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
