import type { Clock } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import type { RateBudget } from './rate-budget.ts';
import { parseRateBudget } from './rate-budget.ts';
import type { ResponseHeaders } from './retry-after.ts';

/** How a call ended: `refused` never left this process. */
export type CallEnd = 'success' | 'failure' | 'refused' | 'cancelled';

export interface CallRecord {
  end: CallEnd;
  attempts: number;
  /** Retries and waits included, in milliseconds. */
  durationMs: number;
}

/** Counts since the start of the process. Latencies are of calls that reached the service, in milliseconds, within 10 %. */
export interface KeyMetrics {
  key: string;
  calls: Record<CallEnd, number>;
  attempts: number;
  latency: { p50: number; p95: number; p99: number; max: number } | undefined;
}

/** The latest that this process heard of a service. */
export interface KeyHealth {
  budget: RateBudget | undefined;
  /** Status, cause or code of ours, never prose. */
  error: { what: string; at: number } | undefined;
}

/** Neighbouring buckets differ by this factor: quantiles are exact within half of it. */
const GROWTH = 1.2;
const LOG_GROWTH = Math.log(GROWTH);
const BUCKETS = 96;
/** Upper bound of the first bucket, in milliseconds. */
const FIRST_MS = 0.05;

interface Tally extends KeyHealth {
  calls: Record<CallEnd, number>;
  attempts: number;
  buckets: Uint32Array;
  max: number;
}

/** What one process has seen of each breaker key: cheap enough to count every call. */
export class Metrics {
  readonly #tallies = new Map<string, Tally>();
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  record(key: string, { end, attempts, durationMs }: CallRecord): void {
    const tally = this.#tally(key);
    tally.calls[end] += 1;
    tally.attempts += attempts;
    if (attempts === 0) return;
    const bucket = Math.ceil(Math.log(Math.max(durationMs, FIRST_MS) / FIRST_MS) / LOG_GROWTH);
    const index = Math.min(bucket, BUCKETS - 1);
    tally.buckets[index] = (tally.buckets[index] ?? 0) + 1;
    tally.max = Math.max(tally.max, durationMs);
  }

  /** Keeps what an answer says of the rate limit. */
  noteAnswer(key: string, headers: ResponseHeaders): void {
    const budget = parseRateBudget(headers, this.#clock.now());
    if (budget !== undefined) this.#tally(key).budget = budget;
  }

  noteError(key: string, what: string): void {
    this.#tally(key).error = { what, at: this.#clock.now() };
  }

  health(key: string): KeyHealth {
    const { budget, error } = this.#tallies.get(key) ?? {};
    return { budget, error };
  }

  snapshot(): KeyMetrics[] {
    return [...this.#tallies]
      .map(([key, { calls, attempts, buckets, max }]) => ({
        key,
        calls: { ...calls },
        attempts,
        latency: latencyOf(buckets, max),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #tally(key: string): Tally {
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      const calls = { success: 0, failure: 0, refused: 0, cancelled: 0 };
      tally = { calls, attempts: 0, buckets: new Uint32Array(BUCKETS), max: 0, budget: undefined, error: undefined };
      this.#tallies.set(key, tally);
    }
    return tally;
  }
}

function latencyOf(buckets: Uint32Array, max: number): KeyMetrics['latency'] {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const at = (share: number) => Math.min(max, quantile(buckets, Math.ceil(total * share)));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max };
}

/** The middle of the bucket that holds the n-th smallest value. */
function quantile(buckets: Uint32Array, n: number): number {
  let seen = 0;
  for (const [index, count] of buckets.entries()) {
    seen += count;
    if (seen >= n) return FIRST_MS * GROWTH ** (index - 0.5);
  }
  return Number.POSITIVE_INFINITY;
}
