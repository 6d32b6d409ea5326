import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../core/clock.ts';
import type { SimulatedResponse } from '../../../simulator/service.ts';
import { invalidRequest, StripeApiError } from './api-error.ts';
import type { FormObject } from './form.ts';

const LIFETIME_MS = 24 * 60 * 60 * 1000;
const MAX_KEYS = 100_000;
const MAX_KEY_LENGTH = 255;

interface Entry {
  readonly path: string;
  readonly parameters: FormObject;
  readonly createdAt: number;
  /** Undefined while the first request runs. */
  response?: SimulatedResponse;
}

/**
 * First results by idempotency key: https://docs.stripe.com/api/idempotent_requests. A result is kept whatever it says, from the
 * moment its request began to execute; a request that fails validation never gets here.
 */
export class IdempotencyStore {
  /** In the order of creation, so that the oldest come first. */
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The stored response, or undefined when the caller is the first and must end with `complete` or `release`. Throws a
   * `StripeApiError` when the key belongs to another request, or the first one still runs.
   */
  claim(key: string, path: string, parameters: FormObject): SimulatedResponse | undefined {
    if (key.length > MAX_KEY_LENGTH) {
      throw invalidRequest(`Idempotency keys can have up to ${MAX_KEY_LENGTH} characters.`);
    }
    this.#prune();
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { path, parameters, createdAt: this.#clock.now() });
      return undefined;
    }
    if (entry.path !== path) throw reused(key, `for the same endpoint they were first used for ('${entry.path}')`);
    if (!isDeepStrictEqual(entry.parameters, parameters)) {
      throw reused(key, 'with the same parameters they were first used with');
    }
    if (entry.response !== undefined) return entry.response;
    throw invalidRequest(
      `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`,
      { code: 'idempotency_key_in_use' },
      409,
    );
  }

  complete(key: string, response: SimulatedResponse): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.response = response;
  }

  /** Forgets a request that did not execute after all. */
  release(key: string): void {
    this.#entries.delete(key);
  }

  #prune(): void {
    const oldest = this.#clock.now() - LIFETIME_MS;
    for (const [key, { createdAt }] of this.#entries) {
      if (createdAt > oldest && this.#entries.size < MAX_KEYS) return;
      this.#entries.delete(key);
    }
  }
}

function reused(key: string, how: string): StripeApiError {
  const message = `Keys for idempotent requests can only be used ${how}. Try using a key other than '${key}' if you meant to execute a different request.`;
  return new StripeApiError(400, 'idempotency_error', message);
}
