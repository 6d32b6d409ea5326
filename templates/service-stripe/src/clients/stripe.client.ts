import type { Logger } from '../types/index.js';
import { PermanentError } from '../types/index.js';
import type { Fields } from '../utils/body.util.js';
import { integerOf, isFields, textOf } from '../utils/body.util.js';
import type { Answer, HttpClientOptions } from './http.client.js';
import { HttpClient } from './http.client.js';

/** The version that the types of this file were written against. https://docs.stripe.com/api/versioning */
const API_VERSION = '2026-10-28.endive';

export interface PaymentIntent {
  id: string;
  status: string;
  /** Minor units: 1050 is 10.50 USD, and 1050 JPY is 1050 yen. */
  amountMinor: number;
  currency: string;
  /** For the browser only; never log it. */
  clientSecret: string | undefined;
}

export interface NewPaymentIntent {
  amountMinor: number;
  /** ISO 4217, in lower case. */
  currency: string;
  metadata: Readonly<Record<string, string>>;
}

/** What the services use of Stripe; `tests/mocks/stripe.mock.ts` stands in for it. */
export interface StripeApi {
  /** The same key with the same input never makes a second payment. https://docs.stripe.com/api/idempotent_requests */
  createPaymentIntent(input: NewPaymentIntent, idempotencyKey: string, signal?: AbortSignal): Promise<PaymentIntent>;
  retrievePaymentIntent(id: string, signal?: AbortSignal): Promise<PaymentIntent>;
}

export interface StripeClientOptions extends Pick<HttpClientOptions, 'timeoutMs' | 'retryBaseMs'> {
  baseUrl: string;
  apiKey: string;
  logger: Logger;
}

export class StripeClient implements StripeApi {
  readonly #http: HttpClient;

  constructor({ apiKey, ...options }: StripeClientOptions) {
    this.#http = new HttpClient({
      ...options,
      headers: { authorization: `Bearer ${apiKey}`, 'stripe-version': API_VERSION },
      codeOf,
      saysRetry,
    });
  }

  async createPaymentIntent(
    { amountMinor, currency, metadata }: NewPaymentIntent,
    idempotencyKey: string,
    signal?: AbortSignal,
  ): Promise<PaymentIntent> {
    const form = new URLSearchParams({ amount: String(amountMinor), currency });
    for (const [name, value] of Object.entries(metadata)) form.set(`metadata[${name}]`, value);
    const answer = await this.#http.request({
      method: 'POST',
      path: '/v1/payment_intents',
      body: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': idempotencyKey },
      isRepeatable: true,
      signal,
    });
    return readPaymentIntent(answer.body);
  }

  async retrievePaymentIntent(id: string, signal?: AbortSignal): Promise<PaymentIntent> {
    const path = `/v1/payment_intents/${encodeURIComponent(id)}`;
    const answer = await this.#http.request({ method: 'GET', path, isRepeatable: true, signal });
    return readPaymentIntent(answer.body);
  }
}

/** Stripe knows best whether a repeat helps. https://docs.stripe.com/error-low-level#should-retry */
function saysRetry({ headers }: Answer): boolean | undefined {
  const value = headers['stripe-should-retry'];
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

function codeOf(body: unknown): string | undefined {
  const error = isFields(body) ? body.error : undefined;
  if (!isFields(error)) return undefined;
  return textOf(error, 'decline_code') ?? textOf(error, 'code') ?? textOf(error, 'type');
}

function readPaymentIntent(body: unknown): PaymentIntent {
  const fields: Fields = isFields(body) ? body : {};
  const id = textOf(fields, 'id');
  const status = textOf(fields, 'status');
  const amountMinor = integerOf(fields, 'amount');
  const currency = textOf(fields, 'currency');
  if (id === undefined || status === undefined || amountMinor === undefined || currency === undefined) {
    throw new PermanentError('The answer is no payment intent.', { outcome: 'executed' });
  }
  return { id, status, amountMinor, currency, clientSecret: textOf(fields, 'client_secret') };
}
