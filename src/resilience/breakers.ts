import type { Clock } from '../core/clock.ts';
import type { BreakerRow, Forced } from './breaker-state.ts';
import { force, forcedState, newBreaker, onPresentClock, reset } from './breaker-state.ts';
import type { BreakerStore, Transition } from './breaker-store.ts';
import type { WindowCounts } from './outcome-window.ts';
import type { Pipeline } from './pipeline.ts';

const SHOWN_TRANSITIONS = 10;

/** One breaker as people and agents see it. Times are milliseconds since the epoch. */
export interface BreakerStatus {
  key: string;
  state: 'closed' | 'open' | 'half_open' | 'forced_open' | 'forced_closed';
  /** Undefined while nothing ever happened to it. */
  since: number | undefined;
  failures: number;
  opens: number;
  /** Until a call can go through; undefined when it can now or nobody knows. */
  retryAfterMs: number | undefined;
  forced: { owner: string; reason: string; until: number | null } | undefined;
  /** Which processes are trying the service, and when their permits end. */
  probes: { owner: string; until: number }[];
  throttledUntil: number | undefined;
  lastError: string | undefined;
  transitions: readonly Transition[];
  /** What the answering process alone knows. */
  local: { running: number; queued: number; retryTokens: number; window: WindowCounts };
}

export interface Control {
  action: 'open' | 'close' | 'reset';
  reason: string;
  owner: string;
  /** How long a forced state holds, in milliseconds; undefined means until it is reset. */
  forMs: number | undefined;
}

/** Shows and controls the breakers that all processes share. */
export class Breakers {
  readonly #store: BreakerStore;
  readonly #pipeline: Pipeline;
  readonly #clock: Clock;

  constructor(store: BreakerStore, pipeline: Pipeline, clock: Clock) {
    this.#store = store;
    this.#pipeline = pipeline;
    this.#clock = clock;
  }

  async status(key: string, shownTransitions = SHOWN_TRANSITIONS): Promise<BreakerStatus> {
    const [row, transitions] = await Promise.all([
      this.#store.get(key),
      this.#store.transitions(key, shownTransitions),
    ]);
    const status = this.#describe(row ?? newBreaker(key, this.#clock.now()), transitions);
    return row === undefined ? { ...status, since: undefined } : status;
  }

  /** The keys of all breakers that are not simply closed. */
  async keys(): Promise<string[]> {
    const rows = await this.#store.list();
    return rows.filter((row) => isNotable(row, this.#clock.now())).map(({ key }) => key);
  }

  async control(key: string, control: Control): Promise<BreakerStatus> {
    const { action, reason, owner, forMs } = control;
    const now = this.#clock.now();
    const until = forMs === undefined ? null : now + forMs;
    await this.#store.update(key, (row) =>
      action === 'reset'
        ? reset(row, now)
        : force(row, now, { state: action === 'open' ? 'open' : 'closed', reason, owner, until }),
    );
    return this.status(key);
  }

  #describe(found: BreakerRow, transitions: readonly Transition[]): BreakerStatus {
    const now = this.#clock.now();
    const row = onPresentClock(found, now);
    const forced = forcedState(row, now);
    const { bulkhead, budget, window } = this.#pipeline.local(row.key);
    const throttled = row.throttledUntil !== null && row.throttledUntil > now ? row.throttledUntil : undefined;
    return {
      key: row.key,
      state: forced === undefined ? row.state : `forced_${forced.state}`,
      since: row.since,
      failures: row.failures,
      opens: row.opens,
      retryAfterMs: waitOf(row, now, forced, throttled),
      forced: forced === undefined ? undefined : { owner: forced.owner, reason: forced.reason, until: forced.until },
      probes: row.probes.filter(({ until }) => until > now).map(({ id, until }) => ({ owner: ownerOf(id), until })),
      throttledUntil: throttled,
      lastError: row.lastError ?? undefined,
      transitions,
      local: {
        running: bulkhead.active,
        queued: bulkhead.queued,
        retryTokens: Math.floor(budget.tokens),
        window: window.counts(now, row.generation),
      },
    };
  }
}

/** Probe ids are `owner/unique`. */
function ownerOf(probeId: string): string {
  return probeId.slice(0, probeId.lastIndexOf('/'));
}

function waitOf(row: BreakerRow, now: number, forced: Forced | undefined, throttled: number | undefined) {
  const end = endOfRefusal(row, forced);
  if (end === null) return undefined;
  const latest = Math.max(end, throttled ?? 0);
  return latest > now ? latest - now : undefined;
}

/** When the breaker lets calls through: 0 when it does already, null when nobody knows. */
function endOfRefusal(row: BreakerRow, forced: Forced | undefined): number | null {
  if (forced !== undefined) return forced.state === 'open' ? forced.until : 0;
  return row.state === 'open' ? (row.reopenAt ?? 0) : 0;
}

function isNotable(row: BreakerRow, now: number): boolean {
  return (
    row.state !== 'closed' || row.failures > 0 || forcedState(row, now) !== undefined || (row.throttledUntil ?? 0) > now
  );
}
