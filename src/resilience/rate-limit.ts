import { MAX_DEADLINE_MS } from './patience.ts';

/** At most `permits` in `perMs`, of which `burst` may come at once. */
export interface RateLimit {
  permits: number;
  perMs: number;
  burst: number;
}

/** Milliseconds between two permits. */
export function intervalOf({ permits, perMs }: RateLimit): number {
  return perMs / permits;
}

/**
 * The generic cell rate algorithm over one number: the theoretical arrival time of the next permit. Exact whatever the order and the
 * number of those who ask. All times in milliseconds, fractions included.
 *
 * @param arrival what was kept for the key, or undefined for a key that was never used.
 * @param maxWaitMs how long the caller would wait for its permit.
 * @returns how long to wait and what to keep; `arrival` is unchanged when the wait would be too long.
 */
export function takePermit(
  arrival: number | undefined,
  now: number,
  limit: RateLimit,
  maxWaitMs: number,
): { waitMs: number; granted: boolean; arrival: number } {
  const interval = intervalOf(limit);
  // What is kept further ahead than any caller can have waited for was kept before the clock was set back.
  const furthest = now + limit.burst * interval + MAX_DEADLINE_MS;
  const kept = arrival !== undefined && arrival <= furthest ? arrival : 0;
  const due = Math.max(kept, now);
  const waitMs = Math.max(0, due - now - (limit.burst - 1) * interval);
  const granted = waitMs <= maxWaitMs;
  return { waitMs, granted, arrival: granted ? due + interval : kept };
}
