import type { Clock } from '../../../core/clock.ts';
import { StripeApiError } from './api-error.ts';
import type { Charge, PaymentMethod } from './card-objects.ts';
import type { BalanceTransaction, Customer, PaymentIntent, Refund, StripeEvent, StripeObject } from './objects.ts';
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
  readonly charges = new Collection<Charge>();
  readonly refunds = new Collection<Refund>();
  readonly customers = new Collection<Customer>();
  readonly paymentMethods = new Collection<PaymentMethod>();
  readonly balanceTransactions = new Collection<BalanceTransaction>();
  readonly events = new Collection<StripeEvent>();
  /** The test card behind a payment method, by its id. */
  readonly cards = new Map<string, TestCard>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Unix seconds, as everywhere in the API. */
  now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  addEvent(event: StripeEvent): void {
    this.events.keep(MAX_EVENTS - 1);
    this.events.add(event);
  }

  find(id: string): StripeObject | undefined {
    const collections: Record<string, Collection<StripeObject & { id: string }>> = {
      pi: this.paymentIntents,
      ch: this.charges,
      re: this.refunds,
      cus: this.customers,
      pm: this.paymentMethods,
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
