import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { IDefaultPolicyContext } from 'cockatiel';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Admission, BreakerRow, BreakerSettings, Permit, Sample } from './breaker-state.ts';
import { acquire, newBreaker, settle, trip } from './breaker-state.ts';
import type { BreakerStore } from './breaker-store.ts';
import type { Repeat } from './classify.ts';
import { AttemptError, classify } from './classify.ts';
import type { OutcomeWindow, RateSettings, WindowCounts } from './outcome-window.ts';
import { Policy } from './policy.ts';
import { refusalError } from './refusals.ts';

/** Names this process in leases, for whoever asks who is probing. */
const PROCESS = `${hostname()} pid ${process.pid}`;

export interface BreakerOptions {
  key: string;
  store: BreakerStore;
  settings: BreakerSettings & RateSettings;
  repeat: Repeat;
  clock: Clock;
  /** What this process alone has seen of the key lately. */
  window: OutcomeWindow;
}

export interface BreakerContext extends IDefaultPolicyContext {
  /** The state in which the attempt was let through. */
  breaker: 'closed' | 'half_open';
}

/** Leave to make an attempt, and whether a success has anything to repair. */
interface Entry {
  permit: Permit;
  healthy: boolean;
}

/** Refuses attempts while the service is known to be down, and tells the shared state what each attempt showed. */
export class Breaker extends Policy<BreakerContext> {
  readonly #options: BreakerOptions;

  constructor(options: BreakerOptions) {
    super();
    this.#options = options;
  }

  protected override async run<T>(
    work: (context: BreakerContext) => PromiseLike<T> | T,
    signal: AbortSignal,
  ): Promise<T> {
    const { permit, healthy } = await this.#enter();
    const isSlow = slowAfter(this.#options.settings.slowCallMs);
    try {
      const value = await work({ signal, breaker: permit.probe === undefined ? 'closed' : 'half_open' });
      const tripped = this.#count(permit, false, isSlow());
      if (!healthy || tripped !== undefined) await this.#settle(permit, SUCCESS, tripped);
      return value;
    } catch (thrown) {
      const sample = this.#sample(thrown);
      const counts = sample.verdict !== 'ignored';
      const tripped = counts ? this.#count(permit, sample.verdict === 'failure', isSlow()) : undefined;
      await this.#settle(permit, sample, tripped);
      throw thrown;
    }
  }

  async #enter(): Promise<Entry> {
    const { key, store, settings, clock } = this.#options;
    const found = await store.get(key);
    // Asked after the row: one that another process wrote in between must not look like one from the future.
    const now = clock.now();
    const row = found ?? newBreaker(key, now);
    // Letting through and refusing need no write: only what could become a probe does.
    const seen = acquire(row, now, settings, '');
    if (seen.row === row) return { permit: permitOf(key, seen.admission), healthy: row.failures === 0 };
    const probeId = `${PROCESS}/${randomUUID()}`;
    const { admission } = await change(store, key, (present) => acquire(present, clock.now(), settings, probeId));
    return { permit: permitOf(key, admission), healthy: false };
  }

  /** Adds one call to the window. Returns why the breaker must open when a rate of the window has passed its limit. */
  #count(permit: Permit, failed: boolean, slow: boolean): string | undefined {
    const { window, settings, clock } = this.#options;
    if (permit.probe !== undefined) return undefined;
    const now = clock.now();
    window.record(now, permit.generation, failed, slow);
    return rateExceeded(window.counts(now, permit.generation), settings);
  }

  /** Writes only when there is something to write: a success of a healthy service leaves the row alone. */
  async #settle(permit: Permit, sample: Sample, tripped: string | undefined): Promise<void> {
    const { key, store, settings, clock } = this.#options;
    const next = (row: BreakerRow) => {
      const settled = settle(row, clock.now(), settings, permit, sample);
      return tripped === undefined ? settled : trip(settled, clock.now(), settings, permit, tripped);
    };
    const row = (await store.get(key)) ?? newBreaker(key, clock.now());
    if (next(row) !== row) await store.update(key, next);
  }

  #sample(thrown: unknown): Sample {
    if (!(thrown instanceof AttemptError)) return { verdict: 'ignored', throttleMs: undefined, error: undefined };
    const { repeat, clock } = this.#options;
    const { breaker, throttleMs } = classify(thrown.failure, repeat, clock.now());
    return { verdict: breaker, throttleMs, error: describe(thrown) };
  }
}

const SUCCESS: Sample = { verdict: 'success', throttleMs: undefined, error: undefined };

function permitOf(key: string, admission: Admission): Permit {
  if ('refused' in admission) throw refusalError(key, admission);
  return admission;
}

/** Says whether a call that begins now has become slow. Where none can, the clock is not asked: this is on the path of every call. */
function slowAfter(ms: number): () => boolean {
  if (ms === Number.POSITIVE_INFINITY) return never;
  const startedAt = performance.now();
  return () => performance.now() - startedAt >= ms;
}

function never(): boolean {
  return false;
}

function rateExceeded({ calls, failures, slow }: WindowCounts, settings: RateSettings): string | undefined {
  if (calls < settings.minCalls) return undefined;
  if (failures / calls >= settings.failureRate) return `${failures} of ${calls} calls failed`;
  return slow / calls >= settings.slowCallRate ? `${slow} of ${calls} calls were slow` : undefined;
}

/** Runs a state function that also returns an answer inside the store's atomic update. */
async function change<T extends { row: BreakerRow }>(
  store: BreakerStore,
  key: string,
  decide: (row: BreakerRow) => T,
): Promise<T> {
  const decisions: T[] = [];
  await store.update(key, (row) => {
    const decision = decide(row);
    decisions.push(decision);
    return decision.row;
  });
  // The store may run the function again when its transaction was rolled back: the last run is the one that counts.
  const last = decisions.at(-1);
  if (last === undefined) throw new AppError('internal', 'The breaker store did not run the change.');
  return last;
}

function describe({ failure }: AttemptError): string {
  if (failure.kind === 'response') return `HTTP ${failure.status}`;
  return failure.kind === 'network' ? failure.code : failure.kind;
}
