import type { Clock } from '../core/clock.ts';
import type { BreakerRow } from './breaker-state.ts';
import { newBreaker } from './breaker-state.ts';
import type { BreakerStore, Transition } from './breaker-store.ts';
import { transitionBetween } from './breaker-store.ts';

/** Transitions kept per breaker. */
const KEPT_TRANSITIONS = 100;

/** Breakers of one process: what is left when the shared store cannot be used. */
export class InProcessBreakerStore implements BreakerStore {
  readonly #clock: Clock;
  readonly #rows = new Map<string, BreakerRow>();
  readonly #transitions = new Map<string, Transition[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(key: string): Promise<BreakerRow | undefined> {
    return this.#rows.get(key);
  }

  /** @param initial what to begin with where there is no row yet. */
  async update(key: string, change: (row: BreakerRow) => BreakerRow, initial?: BreakerRow): Promise<BreakerRow> {
    const before = this.#rows.get(key) ?? initial ?? newBreaker(key, this.#clock.now());
    const after = change(before);
    if (after === before) return after;
    this.#rows.set(key, after);
    const transition = transitionBetween(before, after);
    if (transition !== undefined) {
      const earlier = this.#transitions.get(key) ?? [];
      this.#transitions.set(key, [transition, ...earlier].slice(0, KEPT_TRANSITIONS));
    }
    return after;
  }

  async list(): Promise<BreakerRow[]> {
    return [...this.#rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async transitions(key: string, limit: number): Promise<Transition[]> {
    return (this.#transitions.get(key) ?? []).slice(0, limit);
  }
}
