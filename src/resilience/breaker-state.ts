/**
 * The circuit breaker as pure functions over one row of state. Both stores run them inside a transaction, so what holds here holds
 * for every process on the machine.
 */

/** A permit to try the service while it is half open. It is a lease: a prober that dies loses it at `until`. */
export interface Probe {
  id: string;
  until: number;
}

/** A state that a person or agent imposed. */
export interface Forced {
  state: 'open' | 'closed';
  reason: string;
  owner: string;
  /** When it ends by itself; null means never. */
  until: number | null;
}

/** All times are milliseconds since the epoch. */
export interface BreakerRow {
  key: string;
  state: 'closed' | 'open' | 'half_open';
  /** Grows with every change of state; the result of a call that began in an earlier generation changes nothing. */
  generation: number;
  /** Failures in a row. */
  failures: number;
  /** Openings in a row, without a recovery between them; the break grows with it. */
  opens: number;
  /** Since when `state` holds. */
  since: number;
  /** When an open breaker lets probes through. */
  reopenAt: number | null;
  probes: readonly Probe[];
  /** Probes that succeeded since half open. */
  probeSuccesses: number;
  /** Until when the service asked everybody to wait. */
  throttledUntil: number | null;
  forced: Forced | null;
  lastError: string | null;
  updatedAt: number;
}

export interface BreakerSettings {
  /** Failures in a row that open the breaker. */
  failureThreshold: number;
  /** The first break; each further opening doubles it, up to `maxBreakMs`, give or take a fifth. */
  breakMs: number;
  maxBreakMs: number;
  /** Calls let through at once while half open, and successes needed to close. */
  halfOpenPermits: number;
  /** How long a probe may take before its permit passes on; at least the attempt timeout. */
  probeLeaseMs: number;
}

/** Leave to make one attempt. `probe` is set for half-open permits. */
export interface Permit {
  generation: number;
  probe: string | undefined;
}

export interface Refusal {
  refused: 'open' | 'forced_open' | 'half_open' | 'throttled';
  /** Milliseconds until a repeat can succeed; undefined when nobody knows. */
  retryAfterMs: number | undefined;
  reason: string | undefined;
}

export type Admission = Permit | Refusal;

/** What one attempt showed. */
export interface Sample {
  verdict: 'success' | 'failure' | 'ignored';
  throttleMs: number | undefined;
  /** Short machine text such as `HTTP 503` or `ECONNRESET`, for `lastError`. */
  error: string | undefined;
}

/** Longest time that a service can make everybody wait: after that one call asks again, whatever it said. */
const MAX_THROTTLE_MS = 3_600_000;

export function newBreaker(key: string, now: number): BreakerRow {
  return {
    key,
    state: 'closed',
    generation: 1,
    failures: 0,
    opens: 0,
    since: now,
    reopenAt: null,
    probes: [],
    probeSuccesses: 0,
    throttledUntil: null,
    forced: null,
    lastError: null,
    updatedAt: now,
  };
}

/**
 * The row as the clock of now tells it. A row from the future means that the clock was set back since it was written: its times move
 * by as much, so that whatever it says lasts no longer than it was meant to.
 */
export function onPresentClock(row: BreakerRow, now: number): BreakerRow {
  const ahead = row.updatedAt - now;
  if (ahead <= 0) return row;
  const moved = (at: number | null) => (at === null ? null : at - ahead);
  return {
    ...row,
    since: row.since - ahead,
    reopenAt: moved(row.reopenAt),
    probes: row.probes.map(({ id, until }) => ({ id, until: until - ahead })),
    throttledUntil: moved(row.throttledUntil),
    forced: row.forced === null ? null : { ...row.forced, until: moved(row.forced.until) },
    updatedAt: now,
  };
}

/** The forced state in force at `now`. */
export function forcedState(row: BreakerRow, now: number): Forced | undefined {
  if (row.forced === null || (row.forced.until !== null && row.forced.until <= now)) return undefined;
  return row.forced;
}

/** Decides without changing anything; undefined when only a half-open permit could be given, which is a change. */
export function admit(row: BreakerRow, now: number): Admission | undefined {
  const forced = forcedState(row, now);
  if (forced?.state === 'open') {
    const retryAfterMs = forced.until === null ? undefined : forced.until - now;
    return { refused: 'forced_open', retryAfterMs, reason: forced.reason };
  }
  if (row.throttledUntil !== null && row.throttledUntil > now) {
    return { refused: 'throttled', retryAfterMs: row.throttledUntil - now, reason: undefined };
  }
  if (forced?.state === 'closed' || row.state === 'closed') return { generation: row.generation, probe: undefined };
  if (row.state === 'open' && row.reopenAt !== null && row.reopenAt > now) {
    return { refused: 'open', retryAfterMs: row.reopenAt - now, reason: row.lastError ?? undefined };
  }
  return undefined;
}

/** As `admit`, and gives half-open permits: the first caller after the break becomes a prober. */
export function acquire(
  given: BreakerRow,
  now: number,
  settings: BreakerSettings,
  probeId: string,
): { row: BreakerRow; admission: Admission } {
  const row = onPresentClock(given, now);
  const decided = admit(row, now);
  if (decided !== undefined) return { row, admission: decided };
  const entered = row.state === 'half_open' ? row : enterHalfOpen(row, now);
  const live = entered.probes.filter((probe) => probe.until > now);
  if (live.length >= settings.halfOpenPermits) {
    const until = Math.min(...live.map((probe) => probe.until));
    return {
      row,
      admission: {
        refused: 'half_open',
        retryAfterMs: Math.min(until - now, settings.breakMs),
        reason: row.lastError ?? undefined,
      },
    };
  }
  const probes = [...live, { id: probeId, until: now + settings.probeLeaseMs }];
  const admission = { generation: entered.generation, probe: probeId };
  return { row: { ...entered, probes, updatedAt: now }, admission };
}

/** Records what an attempt showed. Results from an earlier generation, or of a probe whose permit passed on, are inert. */
export function settle(
  given: BreakerRow,
  now: number,
  settings: BreakerSettings,
  permit: Permit,
  sample: Sample,
  random: () => number = Math.random,
): BreakerRow {
  const row = onPresentClock(given, now);
  const throttled = sample.throttleMs === undefined ? row : throttle(row, now, sample.throttleMs);
  if (permit.generation !== row.generation) return throttled;
  // An imposed state does not move by results; a probe gives its permit back all the same.
  const counted: Sample = forcedState(row, now) === undefined ? sample : { ...sample, verdict: 'ignored' };
  if (permit.probe === undefined) return settleClosed(throttled, now, settings, counted, random);
  if (!row.probes.some((probe) => probe.id === permit.probe)) return throttled;
  return settleProbe(throttled, now, settings, permit.probe, counted, random);
}

/** Opens a closed breaker because of what one process has seen in its window. Inert for another generation or a forced state. */
export function trip(
  row: BreakerRow,
  now: number,
  settings: BreakerSettings,
  permit: Permit,
  reason: string,
  random: () => number = Math.random,
): BreakerRow {
  if (row.state !== 'closed' || permit.generation !== row.generation || forcedState(row, now) !== undefined) return row;
  return open({ ...row, lastError: reason }, now, settings, random);
}

/** Imposes a state; it holds until `forced.until`, across restarts. */
export function force(row: BreakerRow, now: number, forced: Forced): BreakerRow {
  return { ...onPresentClock(row, now), forced, updatedAt: now };
}

/** Ends a forced state and forgets failures: the next call goes through. */
export function reset(row: BreakerRow, now: number): BreakerRow {
  return { ...close(row, now), forced: null, throttledUntil: null };
}

function settleClosed(
  row: BreakerRow,
  now: number,
  settings: BreakerSettings,
  sample: Sample,
  random: () => number,
): BreakerRow {
  if (row.state !== 'closed' || sample.verdict === 'ignored') return row;
  if (sample.verdict === 'success') return row.failures === 0 ? row : { ...row, failures: 0, updatedAt: now };
  const failed = { ...row, failures: row.failures + 1, lastError: sample.error ?? null, updatedAt: now };
  return failed.failures >= settings.failureThreshold ? open(failed, now, settings, random) : failed;
}

function settleProbe(
  row: BreakerRow,
  now: number,
  settings: BreakerSettings,
  id: string,
  sample: Sample,
  random: () => number,
): BreakerRow {
  const released = { ...row, probes: row.probes.filter((probe) => probe.id !== id), updatedAt: now };
  if (sample.verdict === 'ignored') return released;
  if (sample.verdict === 'failure') {
    return open({ ...released, lastError: sample.error ?? null }, now, settings, random);
  }
  const probeSuccesses = row.probeSuccesses + 1;
  return probeSuccesses >= settings.halfOpenPermits ? close(released, now) : { ...released, probeSuccesses };
}

function open(row: BreakerRow, now: number, settings: BreakerSettings, random: () => number): BreakerRow {
  const breakMs = Math.min(settings.maxBreakMs, settings.breakMs * 2 ** row.opens) * (0.8 + 0.4 * random());
  return {
    ...row,
    state: 'open',
    generation: row.generation + 1,
    opens: row.opens + 1,
    since: now,
    reopenAt: now + Math.round(breakMs),
    probes: [],
    probeSuccesses: 0,
    updatedAt: now,
  };
}

function enterHalfOpen(row: BreakerRow, now: number): BreakerRow {
  return { ...row, state: 'half_open', generation: row.generation + 1, since: now, probes: [], probeSuccesses: 0 };
}

function close(row: BreakerRow, now: number): BreakerRow {
  return {
    ...newBreaker(row.key, now),
    generation: row.generation + 1,
    forced: row.forced,
    throttledUntil: row.throttledUntil,
  };
}

function throttle(row: BreakerRow, now: number, throttleMs: number): BreakerRow {
  const throttledUntil = Math.max(row.throttledUntil ?? 0, now + Math.min(throttleMs, MAX_THROTTLE_MS));
  return { ...row, throttledUntil, updatedAt: now };
}
