import { createHash } from 'node:crypto';
import type { PaymentIntent, StripeApi } from '../clients/stripe.client.js';
import type { IntegrationStore } from '../store/store.js';
import type { StoredRecord } from '../types/index.js';
import { IntegrationError, OutcomeUnknownError, PermanentError } from '../types/index.js';

export interface NewPayment {
  /** Your own id of this purchase: the same reference never charges twice, also after a crash. */
  reference: string;
  /** Minor units, a whole number. */
  amountMinor: number;
  /** ISO 4217. */
  currency: string;
}

/** Stripe may forget an idempotency key after this time. */
const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;

export class PaymentService {
  readonly #stripe: StripeApi;
  readonly #store: IntegrationStore;

  constructor(stripe: StripeApi, store: IntegrationStore) {
    this.#stripe = stripe;
    this.#store = store;
  }

  /**
   * Throws `ReferenceConflictError` when the reference belongs to another payment, `TransientError` when the same call may be made
   * again, `PermanentError` when Stripe refused it, `OutcomeUnknownError` when it has to be looked up.
   */
  async createPayment(payment: NewPayment, signal?: AbortSignal): Promise<PaymentIntent> {
    const { reference, amountMinor } = payment;
    const currency = payment.currency.toLowerCase();
    if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) {
      throw new PermanentError('An amount is a whole number of minor units above 0.', { outcome: 'not_executed' });
    }
    const known = await this.#store.beginRequest(reference, digest(`${amountMinor} ${currency}`));
    if (known.state === 'done') return this.#stripe.retrievePaymentIntent(known.result, signal);
    if (known.state === 'pending' && Date.now() - known.startedAtMs > KEY_LIFETIME_MS) throw new OutcomeUnknownError();
    return this.#create({ reference, amountMinor, currency }, signal);
  }

  /** A payment as its events told it; undefined before the first one arrived. */
  async findPayment(paymentIntentId: string): Promise<StoredRecord | undefined> {
    return this.#store.find('payment', paymentIntentId);
  }

  async #create({ reference, amountMinor, currency }: NewPayment, signal?: AbortSignal): Promise<PaymentIntent> {
    try {
      const intent = await this.#stripe.createPaymentIntent(
        { amountMinor, currency, metadata: { reference } },
        // Derived, not random: a repeat after a crash goes out under the same key.
        `payment-${digest(reference)}`,
        signal,
      );
      await this.#store.finishRequest(reference, intent.id);
      return intent;
    } catch (thrown) {
      const isRefused = thrown instanceof IntegrationError && thrown.outcome === 'not_executed' && !thrown.retryable;
      if (isRefused) await this.#store.abandonRequest(reference);
      throw thrown;
    }
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
