import { formatAmount } from '../integrations/stripe/currencies.ts';
import type { Subscription } from '../payments/subscription-ledger.ts';
import type { SubscriptionLedgerView } from '../payments/subscription-service.ts';
import { describeEvent } from './payment-view.ts';

/** What our ledger knows of a subscription: how it stands, its invoices, and the events that told of it. */
export function describeSubscriptionLedger({ subscription, invoices, events }: SubscriptionLedgerView) {
  return {
    ...(subscription === undefined ? {} : describeSubscription(subscription)),
    invoices: invoices.map(({ id, state, amountMinor, currency, observedAt }) => ({
      invoice_id: id,
      state,
      amount: amountMinor,
      amount_display: formatAmount(amountMinor, currency),
      at: new Date(observedAt).toISOString(),
    })),
    events: events.map(describeEvent),
  };
}

/** A subscription as it was seen last, by us or by Stripe. */
export function describeSubscription(subscription: Subscription) {
  const at = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  return {
    subscription_id: subscription.id,
    status: subscription.status,
    customer: subscription.customer,
    prices: subscription.prices,
    current_period_end: at(subscription.currentPeriodEnd),
    cancel_at_period_end: subscription.cancelAtPeriodEnd,
    cancel_at: at(subscription.cancelAt),
    ended_at: at(subscription.endedAt),
    trial_end: at(subscription.trialEnd),
    collection_paused: subscription.isCollectionPaused,
    as_of: at(subscription.updatedAt),
  };
}
