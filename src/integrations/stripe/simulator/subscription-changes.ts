import type { Account, Call } from './account.ts';
import type { Recurring, Subscription, SubscriptionStatus } from './billing-objects.ts';
import { addLines, buildInvoice, itemLine, subscriptionLine } from './build-invoice.ts';
import { invoiceIntent, voidInvoice } from './invoice-changes.ts';
import type { Invoice, InvoiceItem } from './invoice-objects.ts';
import { periodEnd } from './periods.ts';
import { changedFrom } from './updates.ts';

/** The life of a subscription: https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses */

const HOUR_S = 60 * 60;

/** How all items of a subscription are billed: the simulator knows one interval for each. */
export function recurringOf({ items }: Subscription): Recurring {
  const recurring = items.data[0]?.price.recurring;
  return (
    recurring ?? { interval: 'month', interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' }
  );
}

export function currentPeriod({ items, start_date }: Subscription): { start: number; end: number } {
  const [item] = items.data;
  return { start: item?.current_period_start ?? start_date, end: item?.current_period_end ?? start_date };
}

export function setPeriod({ items }: Subscription, start: number, end: number): void {
  for (const item of items.data) {
    item.current_period_start = start;
    item.current_period_end = end;
  }
}

/** Tells of what a change made different; nothing when it changed nothing. */
export function change(call: Call, subscription: Subscription, work: () => void): void {
  const before = structuredClone(subscription);
  work();
  const previous = changedFrom(before, subscription);
  if (Object.keys(previous).length > 0) call.emit('customer.subscription.updated', subscription, previous);
}

/** Adds the draft of an invoice for the present period, with what waits to be billed. */
export function draftInvoice(call: Call, subscription: Subscription, reason: Invoice['billing_reason']): Invoice {
  const { account } = call;
  const invoice = buildSubscriptionInvoice(account, subscription, reason, currentPeriod(subscription));
  for (const item of pendingItems(account, subscription)) item.invoice = invoice.id;
  account.invoices.add(invoice);
  account.watchers.set(invoice.id, (later) => followInvoice(later, subscription, invoice));
  subscription.latest_invoice = invoice.id;
  call.emit('invoice.created', invoice);
  return invoice;
}

export function buildSubscriptionInvoice(
  account: Account,
  subscription: Subscription,
  reason: Invoice['billing_reason'],
  period: { start: number; end: number },
): Invoice {
  const customer = account.customers.get(subscription.customer);
  if (customer === undefined) throw new Error('The subscription has lost its customer.');
  const invoice = buildInvoice(account, { customer, currency: subscription.currency, reason, subscription });
  const isTrial = subscription.status === 'trialing';
  const lines = subscription.items.data.map((item) => {
    const name = account.products.get(item.price.product)?.name ?? 'Product';
    return subscriptionLine(invoice, item, period, isTrial, name);
  });
  addLines(invoice, [...lines, ...pendingItems(account, subscription).map((item) => itemLine(invoice, item))]);
  return invoice;
}

/** Invoice items of the customer that are on no invoice yet: those of this subscription and those of none. */
function pendingItems(account: Account, { id, customer }: Subscription): InvoiceItem[] {
  return account.invoiceItems
    .newestFirst((item) => item.customer === customer && item.invoice === null)
    .filter(({ parent }) => parent === null || parent.subscription_details.subscription === id)
    .reverse();
}

/** The subscription follows what became of an invoice. */
function followInvoice(call: Call, subscription: Subscription, invoice: Invoice): void {
  if (['canceled', 'incomplete_expired'].includes(subscription.status)) return;
  if (invoice.status === 'paid') {
    change(call, subscription, () => {
      saveMethod(call.account, subscription, invoice);
      if (invoice.id === subscription.latest_invoice && subscription.status !== 'trialing') {
        subscription.status = 'active';
      }
    });
    return;
  }
  if (invoice.status !== 'open' || subscription.status === 'incomplete') return;
  const isLast = invoice.attempt_count > 0 && invoice.next_payment_attempt === null;
  if (isLast && invoice.billing_reason === 'subscription_cycle' && subscription.status === 'past_due') {
    cancelSubscription(call, subscription, 'payment_failed');
    return;
  }
  change(call, subscription, () => setStatus(subscription, 'past_due'));
}

/** The card that paid becomes the default of the subscription, where its settings say so. */
function saveMethod(account: Account, subscription: Subscription, invoice: Invoice): void {
  if (subscription.payment_settings.save_default_payment_method === 'off') return;
  const intent = invoiceIntent(account, invoice);
  if (intent?.status === 'succeeded') subscription.default_payment_method = intent.payment_method;
}

function setStatus(subscription: Subscription, status: SubscriptionStatus): void {
  subscription.status = status;
}

/** The next period begins. Its invoice stays a draft for an hour, as at Stripe, so that webhooks can add to it. */
export function renew(call: Call, subscription: Subscription): void {
  const { end } = currentPeriod(subscription);
  change(call, subscription, () => {
    if (subscription.status === 'trialing') subscription.status = 'active';
    setPeriod(subscription, end, periodEnd(subscription.billing_cycle_anchor, end, recurringOf(subscription)));
    const invoice = draftInvoice(call, subscription, 'subscription_cycle');
    invoice.automatically_finalizes_at = call.account.now() + HOUR_S;
  });
}

/** Ends it at once. */
export function cancelSubscription(
  call: Call,
  subscription: Subscription,
  reason: 'cancellation_requested' | 'payment_failed' | null,
): void {
  if (['canceled', 'incomplete_expired'].includes(subscription.status)) return;
  const endedAt = call.account.now();
  subscription.status = 'canceled';
  subscription.canceled_at ??= endedAt;
  subscription.ended_at = endedAt;
  subscription.cancellation_details.reason ??= reason;
  for (const invoice of unfinished(call.account, subscription)) {
    invoice.auto_advance = false;
    invoice.automatically_finalizes_at = null;
    invoice.next_payment_attempt = null;
  }
  call.emit('customer.subscription.deleted', subscription);
}

/** The first invoice was not paid in time. */
export function expire(call: Call, subscription: Subscription): void {
  change(call, subscription, () => {
    subscription.status = 'incomplete_expired';
    subscription.ended_at = call.account.now();
  });
  for (const invoice of unfinished(call.account, subscription)) voidInvoice(call, invoice);
}

function unfinished(account: Account, { id }: Subscription): Invoice[] {
  return account.invoices.newestFirst(
    ({ parent, status }) => parent?.subscription_details.subscription === id && ['draft', 'open'].includes(status),
  );
}
