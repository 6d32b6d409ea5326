import type { NewPaymentIntent, PaymentIntent, StripeApi } from '../../src/clients/stripe.client.js';
import { PermanentError } from '../../src/types/index.js';

/** Stands in for Stripe: remembers its payments and its idempotency keys, and fails on demand. */
export class StripeMock implements StripeApi {
  readonly intents = new Map<string, PaymentIntent>();
  readonly keys: string[] = [];
  readonly #byKey = new Map<string, PaymentIntent>();
  #failures: Error[] = [];

  /** Errors of the next calls. They are thrown after the payment was made: the worst case. */
  failNext(...failures: Error[]): void {
    this.#failures = failures;
  }

  reset(): void {
    this.intents.clear();
    this.#byKey.clear();
    this.keys.length = 0;
    this.#failures = [];
  }

  async createPaymentIntent(input: NewPaymentIntent, idempotencyKey: string): Promise<PaymentIntent> {
    this.keys.push(idempotencyKey);
    const intent = this.#byKey.get(idempotencyKey) ?? this.#make(input);
    this.#byKey.set(idempotencyKey, intent);
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    return intent;
  }

  async retrievePaymentIntent(id: string): Promise<PaymentIntent> {
    const intent = this.intents.get(id);
    if (intent === undefined) throw new PermanentError('No such payment.', { outcome: 'not_executed', status: 404 });
    return intent;
  }

  #make({ amountMinor, currency }: NewPaymentIntent): PaymentIntent {
    const id = `pi_${this.intents.size + 1}`;
    const intent = { id, status: 'requires_payment_method', amountMinor, currency, clientSecret: `${id}_secret` };
    this.intents.set(id, intent);
    return intent;
  }
}

let events = 0;

/** An event as Stripe sends it. */
export function stripeEvent(
  type: string,
  object: Record<string, unknown>,
  created: number,
  id = `evt_${++events}`,
): string {
  return JSON.stringify({ id, object: 'event', type, created, api_version: '2026-10-28.endive', data: { object } });
}
