import { systemClock } from '../../../core/clock.ts';
import type { Call } from './account.ts';
import { Account } from './account.ts';
import type { Subscription } from './billing-objects.ts';
import type { Charge } from './card-objects.ts';
import type { CheckoutSession } from './checkout-objects.ts';
import type { Collection } from './collection.ts';
import type { Invoice } from './invoice-objects.ts';
import type { Customer, PaymentIntent, Refund } from './objects.ts';
import { TRIGGERS } from './triggers.ts';

/** An object as the simulator makes it, with the fields that a test is about. */
type Fixture<T> = (overrides?: Partial<T>) => T;

/** Whole objects of the API at its current version, for tests that need one without requests. */
export const stripeFixtures: {
  readonly paymentIntent: Fixture<PaymentIntent>;
  readonly charge: Fixture<Charge>;
  readonly refund: Fixture<Refund>;
  readonly customer: Fixture<Customer>;
  readonly subscription: Fixture<Subscription>;
  readonly invoice: Fixture<Invoice>;
  readonly checkoutSession: Fixture<CheckoutSession>;
} = {
  paymentIntent: fixture('payment_intent.succeeded', (account) => account.paymentIntents),
  charge: fixture('charge.succeeded', (account) => account.charges),
  refund: fixture('refund.created', (account) => account.refunds),
  customer: fixture('customer.created', (account) => account.customers),
  subscription: fixture('customer.subscription.created', (account) => account.subscriptions),
  invoice: fixture('invoice.paid', (account) => account.invoices),
  checkoutSession: fixture('checkout.session.completed', (account) => account.checkoutSessions),
};

function fixture<T extends { id: string }>(type: string, collection: (account: Account) => Collection<T>): Fixture<T> {
  return (overrides = {}) => {
    const account = new Account(systemClock);
    TRIGGERS[type]?.(quietCall(account), {});
    const [made] = collection(account).newestFirst();
    if (made === undefined) throw new Error(`${type} makes no object.`);
    return { ...made, ...overrides };
  };
}

/** Nobody listens, and what happens after the answer happens at once. */
function quietCall(account: Account): Call {
  return {
    account,
    requestId: 'req_fixture',
    idempotencyKey: undefined,
    origin: 'https://checkout.stripe.com',
    emit() {},
    later: (work) => work(),
  };
}
