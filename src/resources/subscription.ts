import { AppError } from '../core/errors.ts';
import type { Resource } from '../core/resource.ts';
import type { SubscriptionLedgerView, SubscriptionService } from '../payments/subscription-service.ts';
import { describeSubscription, describeSubscriptionLedger } from '../views/subscription-view.ts';
import { readContext, unlessUnavailable } from './read-context.ts';

const LISTED = 25;

export const subscriptionResource: Resource<{ subscriptions: SubscriptionService }> = {
  name: 'subscription',
  title: 'Subscription',
  description: 'One subscription as Stripe has it and as its events told us: invoices, events, and what disagrees',
  uriTemplate: 'subscription://{id}',
  async list({ subscriptions }, { workspace }) {
    const known = await subscriptions.list(workspace, LISTED);
    return known.map(({ id, status, customer }) => ({
      uri: `subscription://${encodeURIComponent(id)}`,
      name: id,
      title: `Subscription, ${status}`,
      ...(customer === undefined ? {} : { description: `Customer ${customer}` }),
    }));
  },
  async version(id, { subscriptions }, { workspace }) {
    const view = await subscriptions.ledgerView(workspace, id);
    return isKnown(view) ? JSON.stringify(describeSubscriptionLedger(view)) : '';
  },
  async read(id, { subscriptions }, caller) {
    const view = await subscriptions.ledgerView(caller.workspace, id);
    if (!isKnown(view)) {
      throw new AppError('not_found', 'No event has told of that subscription here.', {
        hint: 'read_api with operation retrieveSubscription asks Stripe for any subscription.',
      });
    }
    const { subscription } = view;
    const call = { integration: subscription?.integration, confirmToken: undefined, context: readContext(caller) };
    const stripe = await unlessUnavailable(
      subscriptions
        .retrieve(id, subscription, call)
        .then(({ seen, disagreements }) => ({ ...describeSubscription(seen), disagreements })),
    );
    return { stripe, ledger: describeSubscriptionLedger(view) };
  },
};

function isKnown({ subscription, invoices }: SubscriptionLedgerView): boolean {
  return subscription !== undefined || invoices.length > 0;
}
