import type { Clock } from '../../../core/clock.ts';
import { StripeApiError } from './api-error.ts';
import type { ListOf, Price, Product, Subscription, TestClock } from './billing-objects.ts';
import type { Charge, Dispute, PaymentMethod } from './card-objects.ts';
import type { CheckoutSession, SessionLine, SessionPlan } from './checkout-objects.ts';
import type { Invoice, InvoiceItem, InvoicePayment } from './invoice-objects.ts';
import type { BalanceTransaction, Customer, PaymentIntent, Refund, StripeEvent, WebhookEndpoint } from './objects.ts';
import type { SetupIntent } from './setup-objects.ts';
import type { TestCard } from './test-cards.ts';

const MAX_OBJECTS = 100_000;
const MAX_EVENTS = 10_000;

/** Objects of one kind in the order of their creation. */
export class Collection<T extends { id: string }> {
  readonly #byId = new Map<string, T>();

  add(object: T): T {
    if (this.#byId.size >= MAX_OBJECTS) {
      throw new StripeApiError(500, 'api_error', `The simulator keeps ${MAX_OBJECTS} objects of a kind: reset it.`);
    }
    this.#byId.set(object.id, object);
    return object;
  }

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }

  newestFirst(): T[] {
    return [...this.#byId.values()].reverse();
  }

  /** Forgets the oldest beyond a number. */
  keep(count: number): void {
    for (const id of this.#byId.keys()) {
      if (this.#byId.size <= count) return;
      this.#byId.delete(id);
    }
  }
}

/** Everything that one simulated Stripe account holds. Its Dashboard has cards enabled and nothing else. */
export class Account {
  readonly paymentIntents = new Collection<PaymentIntent>();
  readonly setupIntents = new Collection<SetupIntent>();
  readonly charges = new Collection<Charge>();
  readonly disputes = new Collection<Dispute>();
  readonly refunds = new Collection<Refund>();
  readonly customers = new Collection<Customer>();
  readonly paymentMethods = new Collection<PaymentMethod>();
  readonly products = new Collection<Product>();
  readonly prices = new Collection<Price>();
  readonly subscriptions = new Collection<Subscription>();
  readonly invoices = new Collection<Invoice>();
  readonly invoiceItems = new Collection<InvoiceItem>();
  readonly invoicePayments = new Collection<InvoicePayment>();
  readonly checkoutSessions = new Collection<CheckoutSession>();
  readonly testClocks = new Collection<TestClock>();
  readonly webhookEndpoints = new Collection<WebhookEndpoint>();
  readonly balanceTransactions = new Collection<BalanceTransaction>();
  readonly events = new Collection<StripeEvent>();
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
