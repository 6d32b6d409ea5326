import type { Clock } from '../../../core/clock.ts';
import type { ListOf, Price, Product, Subscription, TestClock } from './billing-objects.ts';
import type { Charge, Dispute, PaymentMethod } from './card-objects.ts';
import type { CheckoutSession, SessionLine, SessionPlan } from './checkout-objects.ts';
import { Collection } from './collection.ts';
import type { Invoice, InvoiceItem, InvoicePayment } from './invoice-objects.ts';
import { Journal } from './journal.ts';
import type { BalanceTransaction, Customer, PaymentIntent, Refund, StripeEvent, WebhookEndpoint } from './objects.ts';
import type { SetupIntent } from './setup-objects.ts';
import type { TestCard } from './test-cards.ts';

const MAX_EVENTS = 10_000;

/** Everything that one simulated Stripe account holds. Its Dashboard has cards enabled and nothing else. */
export class Account {
  /** The maps beside the collections need none: nothing leads to an entry whose object is gone. */
  readonly journal = new Journal();
  readonly paymentIntents = new Collection<PaymentIntent>(this.journal);
  readonly setupIntents = new Collection<SetupIntent>(this.journal);
  readonly charges = new Collection<Charge>(this.journal);
  readonly disputes = new Collection<Dispute>(this.journal);
  readonly refunds = new Collection<Refund>(this.journal);
  readonly customers = new Collection<Customer>(this.journal);
  readonly paymentMethods = new Collection<PaymentMethod>(this.journal);
  readonly products = new Collection<Product>(this.journal);
  readonly prices = new Collection<Price>(this.journal);
  readonly subscriptions = new Collection<Subscription>(this.journal);
  readonly invoices = new Collection<Invoice>(this.journal);
  readonly invoiceItems = new Collection<InvoiceItem>(this.journal);
  readonly invoicePayments = new Collection<InvoicePayment>(this.journal);
  readonly checkoutSessions = new Collection<CheckoutSession>(this.journal);
  readonly testClocks = new Collection<TestClock>(this.journal);
  readonly webhookEndpoints = new Collection<WebhookEndpoint>(this.journal);
  readonly balanceTransactions = new Collection<BalanceTransaction>(this.journal);
  readonly events = new Collection<StripeEvent>(this.journal);
  /** The test card behind a payment method, by its id. */
  readonly cards = new Map<string, TestCard>();
  /** Ids of deleted customers, products and the like: they are remembered as deleted. */
  readonly deleted = new Map<string, string>();
  /** Who waits for the outcome of a payment intent, setup intent or invoice, by the id of that. */
  readonly watchers = new Map<string, (call: Call) => void>();
  /** Subscriptions whose customers were told of the end of their trial. */
  readonly noticed = new Set<string>();
  /** What a checkout session sells, by its id. */
  readonly sessionLines = new Map<string, ListOf<SessionLine>>();
  /** What a checkout session will make when it is completed, as it was asked for. */
  readonly sessionPlans = new Map<string, SessionPlan>();
  /** The signing secret of a webhook endpoint, by its id. */
  readonly endpointSecrets = new Map<string, string>();
  readonly #clock: Clock;
  #frozenAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Unix seconds, as everywhere in the API. */
  now(): number {
    return this.#frozenAt ?? Math.floor(this.#clock.now() / 1000);
  }

  /** Does work at the time of a test clock; without one, at the present. */
  at<T>(testClock: string | null, work: () => T): T {
    const before = this.#frozenAt;
    this.#frozenAt = this.testClocks.get(testClock ?? '')?.frozen_time ?? before;
    try {
      return work();
    } finally {
      this.#frozenAt = before;
    }
  }

  addEvent(event: StripeEvent): void {
    this.events.keep(MAX_EVENTS - 1);
    this.events.add(event);
  }

  find(id: string): { id: string } | undefined {
    const collections: Record<string, Collection<{ id: string }>> = {
      pi: this.paymentIntents,
      seti: this.setupIntents,
      ch: this.charges,
      du: this.disputes,
      re: this.refunds,
      cus: this.customers,
      pm: this.paymentMethods,
      prod: this.products,
      price: this.prices,
      sub: this.subscriptions,
      in: this.invoices,
      inpay: this.invoicePayments,
      clock: this.testClocks,
      txn: this.balanceTransactions,
    };
    return collections[id.slice(0, id.indexOf('_'))]?.get(id);
  }
}

/** One request on its way through the account. */
export interface Call {
  readonly account: Account;
  readonly requestId: string;
  readonly idempotencyKey: string | undefined;
  /** `http://host:port` of the simulator, for pages that a browser is sent to. */
  readonly origin: string;
  /** Records an event and hands it to the webhook. `previous` holds the former values of what an update changed. */
  emit(type: string, object: object, previous?: object): void;
  /** Work for the moment after the answer, as far as the client can tell. */
  later(work: () => void): void;
}
