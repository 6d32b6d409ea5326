import * as z from 'zod';
import type { Account, Call } from './account.ts';
import { missing } from './api-error.ts';
import type { Subscription, SubscriptionItem } from './billing-objects.ts';
import { Collection } from './collection.ts';
import { listParameters, paginate } from './pagination.ts';
import { boolean, text } from './parameters.ts';
import { route } from './router.ts';
import { change } from './subscription-changes.ts';
import { addItem, removeItem, updateItem } from './subscription-item-changes.ts';
import { itemParameters, proration } from './subscription-parameters.ts';

const path = '/v1/subscription_items';
const kind = 'subscription_item';

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
  const itemOf = ({ items }: Subscription) => items.data.find((one) => one.id === id);
  const [subscription] = account.subscriptions.newestFirst((one) => itemOf(one) !== undefined);
  const item = subscription === undefined ? undefined : itemOf(subscription);
  if (subscription !== undefined && item !== undefined) return { subscription, item };
  throw missing('subscription item', id, 'item', 404);
}
