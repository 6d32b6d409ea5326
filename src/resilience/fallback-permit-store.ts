import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { withPatience } from './patience.ts';
import type { Permission, PermitStore } from './permit-store.ts';
import type { RateLimit } from './rate-limit.ts';
import { intervalOf, takePermit } from './rate-limit.ts';

/** How long a failing store is left alone, in milliseconds. */
const PAUSE_MS = 5_000;

/** Counts in this process while the shared store fails: a call must never fail because its permit could not be counted. */
export class FallbackPermitStore implements PermitStore {
  readonly #shared: PermitStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #arrivals = new Map<string, number>();
  #degraded = false;
  /** Until then the shared store is left alone: waiting for it would cost every call a second. */
  #sharedFrom = 0;

  constructor(shared: PermitStore, clock: Clock, log: Log) {
    this.#shared = shared;
    this.#clock = clock;
    this.#log = log;
  }

  async take(key: string, limit: RateLimit, maxWaitMs: number): Promise<Permission> {
    const pauseMs = this.#sharedFrom - this.#clock.now();
    // Longer than it can be where the clock was set back.
    if (pauseMs > 0 && pauseMs <= PAUSE_MS) return this.#takeHere(key, limit, maxWaitMs);
    try {
      const permission = await withPatience(this.#shared.take(key, limit, maxWaitMs));
      this.#degraded = false;
      return permission;
    } catch (thrown) {
      this.#sharedFrom = this.#clock.now() + PAUSE_MS;
      if (!this.#degraded)
        this.#log.warn({ cause: messageOf(thrown) }, 'Rate limits are counted by this process alone');
      this.#degraded = true;
      return this.#takeHere(key, limit, maxWaitMs);
    }
  }

  #takeHere(key: string, limit: RateLimit, maxWaitMs: number): Permission {
    const { arrival, ...permission } = takePermit(this.#arrivals.get(key), this.#clock.now(), limit, maxWaitMs);
    this.#arrivals.set(key, arrival);
    return permission;
  }

  async giveBack(key: string, limit: RateLimit): Promise<void> {
    if (!this.#degraded) return this.#shared.giveBack(key, limit).catch(() => {});
    this.#arrivals.set(key, (this.#arrivals.get(key) ?? 0) - intervalOf(limit));
  }
}
