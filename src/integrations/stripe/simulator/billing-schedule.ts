import type { Account, Call } from './account.ts';
import type { Subscription, TestClock } from './billing-objects.ts';
import { attemptPayment, defaultMethod, finalizeInvoice } from './invoice-changes.ts';
import type { Invoice } from './invoice-objects.ts';
import { cancelSubscription, currentPeriod, expire, renew } from './subscription-changes.ts';

/** What happens by itself as the time of a test clock goes on. */

const HOUR_S = 60 * 60;
const DAY_S = 24 * HOUR_S;
/** https://docs.stripe.com/billing/subscriptions/overview#payment-window */
const PAYMENT_WINDOW_S = 23 * HOUR_S;
const TRIAL_NOTICE_S = 3 * DAY_S;
/** More than the longest advance of the shortest interval needs. */
const MAX_STEPS = 10_000;

interface Step {
  readonly at: number;
  run(call: Call): void;
}

/** Moves a clock on, and does what is due in the order of time, each step at its own time. */
export function advanceClock(call: Call, clock: TestClock, target: number): void {
  const from = clock.frozen_time;
  for (let count = 0; count < MAX_STEPS; count += 1) {
    const step = nextStep(call.account, clock.id, from);
    if (step === undefined || step.at > target) break;
    clock.frozen_time = Math.max(clock.frozen_time, step.at);
    call.account.at(clock.id, () => step.run(call));
  }
  clock.frozen_time = target;
}

function nextStep(account: Account, clock: string, from: number): Step | undefined {
  const subscriptions = account.subscriptions.newestFirst(({ test_clock }) => test_clock === clock);
  const invoices = account.invoices.newestFirst(({ test_clock }) => test_clock === clock);
  const steps = [
    ...subscriptions.flatMap((one) => subscriptionSteps(account, one, from)),
    ...invoices.flatMap(invoiceSteps),
  ];
  return steps.reduce<Step | undefined>(
    (first, step) => (first === undefined || step.at < first.at ? step : first),
    undefined,
  );
}

function subscriptionSteps(account: Account, subscription: Subscription, from: number): Step[] {
  const { cancel_at, created, status, trial_end } = subscription;
  if (status === 'incomplete') return [{ at: created + PAYMENT_WINDOW_S, run: (call) => expire(call, subscription) }];
  if (!['active', 'trialing', 'past_due'].includes(status)) return [];
  const { end } = currentPeriod(subscription);
  const ends = cancel_at !== null && cancel_at <= end;
  const steps: Step[] = [
    ends
      ? { at: cancel_at, run: (call) => cancelSubscription(call, subscription, 'cancellation_requested') }
      : { at: end, run: (call) => renew(call, subscription) },
  ];
  const noticeAt = status === 'trialing' && trial_end !== null ? trial_end - TRIAL_NOTICE_S : 0;
  if (noticeAt > from && !account.noticed.has(subscription.id)) {
    steps.push({
      at: noticeAt,
      run: (call) => {
        account.noticed.add(subscription.id);
        call.emit('customer.subscription.trial_will_end', subscription);
      },
    });
  }
  return steps;
}

function invoiceSteps(invoice: Invoice): Step[] {
  const { automatically_finalizes_at: finalizesAt, next_payment_attempt: retriesAt, status } = invoice;
  if (status === 'draft' && finalizesAt !== null) return [{ at: finalizesAt, run: (call) => collect(call, invoice) }];
  if (status === 'open' && retriesAt !== null) return [{ at: retriesAt, run: (call) => pay(call, invoice) }];
  return [];
}

function collect(call: Call, invoice: Invoice): void {
  finalizeInvoice(call, invoice);
  if (invoice.collection_method === 'charge_automatically') pay(call, invoice);
}

function pay(call: Call, invoice: Invoice): void {
  invoice.next_payment_attempt = null;
  attemptPayment(call, invoice, { method: defaultMethod(call.account, invoice), offSession: true });
}
