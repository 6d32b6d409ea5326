import { setTimeout as sleep } from 'node:timers/promises';
import { CircuitOpenError, IntegrationError } from '../types/index.js';

export interface RetryOptions {
  /** Attempts in all, the first included. */
  maxAttempts: number;
  /** Upper bound of the first pause in milliseconds; it doubles with each attempt, up to `maxMs`. */
  baseMs: number;
  maxMs: number;
  /** Milliseconds that all attempts and pauses may take together. */
  deadlineMs: number;
  budget: RetryBudget;
  /** False for requests that may have an effect twice: they are repeated only when nothing was executed. */
  isRepeatable: boolean;
  signal?: AbortSignal | undefined;
  random?: () => number;
}

const CAPACITY = 10;
const REFUND = 0.1;

/** Retries cost tokens and successes earn them back, so that a failing provider sees little more than the first attempts. */
export class RetryBudget {
  #tokens = CAPACITY;

  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  earn(): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + REFUND);
  }
}

/** Repeats `work` after full-jitter pauses, never sooner than the provider asked, while error, budget and deadline allow. */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const deadlineAt = Date.now() + options.deadlineMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await work();
      options.budget.earn();
      return result;
    } catch (thrown) {
      const pauseMs = pauseAfter(thrown, attempt, options);
      if (pauseMs === undefined || Date.now() + pauseMs >= deadlineAt || !options.budget.spend()) throw thrown;
      await sleep(pauseMs, undefined, { signal: options.signal });
    }
  }
}

/** Undefined when there must be no further attempt. */
function pauseAfter(thrown: unknown, attempt: number, options: RetryOptions): number | undefined {
  if (!(thrown instanceof IntegrationError) || !thrown.retryable || attempt >= options.maxAttempts) return undefined;
  // Fail at once: whether to wait for the circuit is the caller's choice.
  if (thrown instanceof CircuitOpenError) return undefined;
  if (!options.isRepeatable && thrown.outcome !== 'not_executed') return undefined;
  const { baseMs, maxMs, random = Math.random } = options;
  return (thrown.retryAfterMs ?? 0) + random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/** `Retry-After` in milliseconds from `now`: seconds or an HTTP date (RFC 9110 §10.2.3). Undefined when it is neither. */
export function parseRetryAfter(value: unknown, now = Date.now()): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const time = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
