import type { RateLimit } from './rate-limit.ts';

/** What was decided about one permit. */
export interface Permission {
  granted: boolean;
  /** How long to wait before using it; when refused, how long it would have been. */
  waitMs: number;
}

/** Where the permits of rate limits are counted. Exact across every process that shares the store. */
export interface PermitStore {
  /** Reserves the next permit of a key when its time comes within `maxWaitMs`. */
  take(key: string, limit: RateLimit, maxWaitMs: number): Promise<Permission>;
  /** Returns a permit that was reserved and not used. */
  giveBack(key: string, limit: RateLimit): Promise<void>;
}
