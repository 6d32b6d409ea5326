/** When what one process sees in its window opens the breaker. */
export interface RateSettings {
  /** Share of failed calls in the window that opens the breaker, above 0; 1 means all. */
  failureRate: number;
  /** A call that takes at least this long is slow, in milliseconds. */
  slowCallMs: number;
  /** Share of slow calls in the window that opens the breaker. */
  slowCallRate: number;
  /** Length of the window in milliseconds. */
  windowMs: number;
  /** Calls in the window below which rates say nothing. */
  minCalls: number;
}

const BUCKETS = 10;

interface Bucket {
  /** Number of the slice of time that the counts belong to. */
  slice: number;
  calls: number;
  failures: number;
  slow: number;
}

export interface WindowCounts {
  calls: number;
  failures: number;
  slow: number;
}

/**
 * Calls of the last `windowMs`, counted in ten slices of time. A slice is recognised by its number, so what is older than the window
 * never counts, however long nothing happened. What was seen in an earlier generation of the breaker does not count either: after a
 * recovery the window begins anew.
 */
export class OutcomeWindow {
  #sliceMs: number;
  #generation = 0;
  readonly #buckets: Bucket[] = Array.from({ length: BUCKETS }, () => ({
    slice: Number.NEGATIVE_INFINITY,
    calls: 0,
    failures: 0,
    slow: 0,
  }));

  constructor(windowMs: number) {
    this.#sliceMs = windowMs / BUCKETS;
  }

  /** Makes the window at least this long; what was counted in slices of another length is forgotten. */
  grow(windowMs: number): void {
    if (windowMs <= this.#sliceMs * BUCKETS) return;
    this.#sliceMs = windowMs / BUCKETS;
    this.#restart(this.#generation);
  }

  record(now: number, generation: number, failed: boolean, slow: boolean): void {
    if (generation > this.#generation) this.#restart(generation);
    if (generation < this.#generation) return;
    const slice = Math.floor(now / this.#sliceMs);
    const bucket = this.#buckets[((slice % BUCKETS) + BUCKETS) % BUCKETS];
    if (bucket === undefined) return;
    if (bucket.slice !== slice) Object.assign(bucket, { slice, calls: 0, failures: 0, slow: 0 });
    bucket.calls += 1;
    if (failed) bucket.failures += 1;
    if (slow) bucket.slow += 1;
  }

  counts(now: number, generation: number): WindowCounts {
    const total = { calls: 0, failures: 0, slow: 0 };
    if (generation !== this.#generation) return total;
    const slice = Math.floor(now / this.#sliceMs);
    for (const bucket of this.#buckets) {
      if (bucket.slice <= slice - BUCKETS || bucket.slice > slice) continue;
      total.calls += bucket.calls;
      total.failures += bucket.failures;
      total.slow += bucket.slow;
    }
    return total;
  }

  #restart(generation: number): void {
    this.#generation = generation;
    for (const bucket of this.#buckets) bucket.slice = Number.NEGATIVE_INFINITY;
  }
}
