import { CircuitOpenError } from '../types/index.js';

export interface CircuitBreakerOptions {
  /** Failures in a row that open it. */
  failureThreshold: number;
  /** How long it stays open before one request probes the provider, in milliseconds. */
  breakMs: number;
  /** Which errors say that the provider is down. A refused request (4xx) or a rate limit does not. */
  isFailure(thrown: unknown): boolean;
  now?: () => number;
}

export type CircuitState = 'closed' | 'open' | 'half_open';

/**
 * Closed until `failureThreshold` failures in a row, then open; after `breakMs` one probe is let through, which closes or reopens it.
 * Results of requests that began before the last change of state are ignored.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #now: () => number;
  #state: CircuitState = 'closed';
  #failures = 0;
  #openedAt = 0;
  #generation = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** Throws `CircuitOpenError` without calling `work` while open. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#admit();
    const generation = this.#generation;
    try {
      const result = await work();
      this.#settle(generation, false);
      return result;
    } catch (thrown) {
      this.#settle(generation, this.#options.isFailure(thrown));
      throw thrown;
    }
  }

  #admit(): void {
    if (this.#state === 'closed') return;
    const waitMs = this.#openedAt + this.#options.breakMs - this.#now();
    // While half open the probe is under way, and its own timeout ends it.
    if (this.#state === 'half_open' || waitMs > 0) throw new CircuitOpenError(Math.max(waitMs, 0));
    this.#change('half_open');
  }

  #settle(generation: number, failed: boolean): void {
    if (generation !== this.#generation) return;
    if (!failed) {
      this.#failures = 0;
      if (this.#state === 'half_open') this.#change('closed');
      return;
    }
    this.#failures += 1;
    if (this.#state === 'half_open' || this.#failures >= this.#options.failureThreshold) {
      this.#openedAt = this.#now();
      this.#change('open');
    }
  }

  #change(state: CircuitState): void {
    this.#state = state;
    this.#generation += 1;
  }
}
