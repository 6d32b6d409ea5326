import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { IDefaultPolicyContext } from 'cockatiel';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Admission, BreakerRow, BreakerSettings, Permit, Refusal, Sample } from './breaker-state.ts';
import { acquire, admit, newBreaker, settle } from './breaker-state.ts';
import type { BreakerStore } from './breaker-store.ts';
import type { Repeat } from './classify.ts';
import { AttemptError, classify } from './classify.ts';
import { Policy } from './policy.ts';

/** Names this process in leases, for whoever asks who is probing. */
const PROCESS = `${hostname()} pid ${process.pid}`;

export interface BreakerOptions {
  key: string;
  store: BreakerStore;
  settings: BreakerSettings;
  repeat: Repeat;
  clock: Clock;
}

/** Refuses attempts while the service is known to be down, and tells the shared state what each attempt showed. */
export class Breaker extends Policy {
  readonly #options: BreakerOptions;

  constructor(options: BreakerOptions) {
    super();
    this.#options = options;
  }

  protected override async run<T>(
    work: (context: IDefaultPolicyContext) => PromiseLike<T> | T,
    signal: AbortSignal,
  ): Promise<T> {
    const admission = await this.#acquire();
    if ('refused' in admission) throw refusalError(this.#options.key, admission);
    try {
      const value = await work({ signal });
      await this.#settle(admission, { verdict: 'success', throttleMs: undefined, error: undefined });
      return value;
    } catch (thrown) {
      await this.#settle(admission, this.#sample(thrown));
      throw thrown;
    }
  }

  async #acquire(): Promise<Admission> {
    const { key, store, settings, clock } = this.#options;
    const row = await store.get(key);
    const decided = admit(row ?? newBreaker(key, clock.now()), clock.now());
    if (decided !== undefined) return decided;
    const probeId = `${PROCESS}/${randomUUID()}`;
    const { admission } = await change(store, key, (present) => acquire(present, clock.now(), settings, probeId));
    return admission;
  }

  /** Writes only when there is something to write: a success of a healthy service leaves the row alone. */
  async #settle(permit: Permit, sample: Sample): Promise<void> {
    const { key, store, settings, clock } = this.#options;
    const row = (await store.get(key)) ?? newBreaker(key, clock.now());
    if (settle(row, clock.now(), settings, permit, sample) === row) return;
    await store.update(key, (present) => settle(present, clock.now(), settings, permit, sample));
  }

  #sample(thrown: unknown): Sample {
    if (!(thrown instanceof AttemptError)) return { verdict: 'ignored', throttleMs: undefined, error: undefined };
    const { repeat, clock } = this.#options;
    const { breaker, throttleMs } = classify(thrown.failure, repeat, clock.now());
    return { verdict: breaker, throttleMs, error: describe(thrown) };
  }
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

function refusalError(key: string, refusal: Refusal): AppError {
  const { retryAfterMs, reason } = refusal;
  const details = { breaker: key, state: refusal.refused, ...(reason === undefined ? {} : { last_error: reason }) };
  if (refusal.refused === 'throttled') {
    return new AppError('rate_limited', `${key} asked everybody to wait.`, {
      hint: 'Call again after retry_after_ms. Nothing was sent.',
      retryAfterMs,
      details,
    });
  }
  const forced = refusal.refused === 'forced_open';
  return new AppError(
    'circuit_open',
    `The circuit breaker of ${key} is ${forced ? 'held open' : 'open'}: nothing was sent.`,
    {
      hint: forced
        ? 'Somebody holds it open; breaker_status says who and why, control_breaker ends it.'
        : 'The service has been failing. Call again after retry_after_ms; breaker_status shows the failures.',
      retryAfterMs,
      details,
    },
  );
}
