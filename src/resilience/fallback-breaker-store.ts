import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { BreakerRow } from './breaker-state.ts';
import type { BreakerStore, Transition } from './breaker-store.ts';

/**
 * Uses the shared store, and the in-process one while the shared one fails: a call to a service must never fail because the state of
 * its breaker could not be kept. Each use tries the shared store again.
 */
export class FallbackBreakerStore implements BreakerStore {
  readonly #shared: BreakerStore;
  readonly #local: BreakerStore;
  readonly #log: Log;
  #degraded = false;

  constructor(shared: BreakerStore, local: BreakerStore, log: Log) {
    this.#shared = shared;
    this.#local = local;
    this.#log = log;
  }

  get(key: string): Promise<BreakerRow | undefined> {
    return this.#either((store) => store.get(key));
  }

  update(key: string, change: (row: BreakerRow) => BreakerRow): Promise<BreakerRow> {
    return this.#either((store) => store.update(key, change));
  }

  list(): Promise<BreakerRow[]> {
    return this.#either((store) => store.list());
  }

  transitions(key: string, limit: number): Promise<Transition[]> {
    return this.#either((store) => store.transitions(key, limit));
  }

  async #either<T>(use: (store: BreakerStore) => Promise<T>): Promise<T> {
    try {
      const value = await use(this.#shared);
      this.#degraded = false;
      return value;
    } catch (thrown) {
      if (!this.#degraded) {
        this.#degraded = true;
        this.#log.warn({ cause: messageOf(thrown) }, 'Breaker state cannot be shared; this process keeps its own');
      }
      return use(this.#local);
    }
  }
}
