import { describe, expect, it } from 'vitest';
import type { BreakerRow, BreakerSettings, Permit, Sample } from '../../../src/resilience/breaker-state.ts';
import {
  acquire,
  admit,
  force,
  forcedState,
  newBreaker,
  reset,
  settle,
} from '../../../src/resilience/breaker-state.ts';

const T = 1_000_000;
const SETTINGS: BreakerSettings = {
  failureThreshold: 3,
  breakMs: 1_000,
  maxBreakMs: 8_000,
  halfOpenPermits: 1,
  probeLeaseMs: 5_000,
};

const SUCCESS: Sample = { verdict: 'success', throttleMs: undefined, error: undefined };
const FAILURE: Sample = { verdict: 'failure', throttleMs: undefined, error: 'HTTP 503' };
const IGNORED: Sample = { verdict: 'ignored', throttleMs: undefined, error: undefined };

/** Breaks last exactly as long as set: the middle of the jitter. */
const middle = () => 0.5;

function end(row: BreakerRow, now: number, permit: Permit, sample: Sample, settings = SETTINGS): BreakerRow {
  return settle(row, now, settings, permit, sample, middle);
}

/** Asks for a permit and expects to get one. */
function enter(row: BreakerRow, now: number, id = 'p', settings = SETTINGS): { row: BreakerRow; permit: Permit } {
  const { row: next, admission } = acquire(row, now, settings, id);
  if ('refused' in admission) throw new Error(`refused: ${admission.refused}`);
  return { row: next, permit: admission };
}

/** A breaker that opened at `T`; its break ends at `T + 1000`. */
function opened(settings = SETTINGS): BreakerRow {
  let row = newBreaker('key', T - 10);
  for (let count = 0; count < 3; count += 1) row = end(row, T, { generation: 1, probe: undefined }, FAILURE, settings);
  return row;
}

describe('closed', () => {
  it('opens at the set number of failures in a row', () => {
    let row = newBreaker('key', T);
    const permit = { generation: 1, probe: undefined };
    for (const sample of [FAILURE, FAILURE, SUCCESS, FAILURE, IGNORED, FAILURE]) row = end(row, T + 1, permit, sample);
    expect(row).toMatchObject({ state: 'closed', failures: 2, lastError: 'HTTP 503' });
    expect(end(row, T + 7, permit, FAILURE)).toEqual({
      key: 'key',
      state: 'open',
      generation: 2,
      failures: 3,
      opens: 1,
      since: T + 7,
      reopenAt: T + 1_007,
      probes: [],
      probeSuccesses: 0,
      throttledUntil: null,
      forced: null,
      lastError: 'HTTP 503',
      updatedAt: T + 7,
    });
  });

  it('is the very same row after a success or an ignored result, so that nothing is written', () => {
    const row = newBreaker('key', T);
    const permit = { generation: 1, probe: undefined };
    expect(end(row, T + 1, permit, SUCCESS)).toBe(row);
    expect(end(row, T + 1, permit, IGNORED)).toBe(row);
  });
});

describe('closed again', () => {
  it('does not count the failure of a call from before the break', () => {
    const probe = enter(opened(), T + 1_000);
    const row = end(probe.row, T + 1_001, probe.permit, SUCCESS);
    expect(end(row, T + 1_002, { generation: 1, probe: undefined }, FAILURE)).toBe(row);
    expect(end(row, T + 1_002, { generation: 4, probe: undefined }, FAILURE).failures).toBe(1);
  });
});

describe('open', () => {
  it('refuses until its break is over, and says how long', () => {
    const refusal = { refused: 'open', retryAfterMs: 1, reason: 'HTTP 503' };
    expect(admit(opened(), T + 999)).toEqual(refusal);
    expect(acquire(opened(), T + 999, SETTINGS, 'p').admission).toEqual(refusal);
    expect(admit(opened(), T + 1_000)).toBeUndefined();
  });

  it('does not move by the results of calls that began before it opened', () => {
    const row = opened();
    const stale = { generation: 1, probe: undefined };
    expect(end(row, T + 5, stale, SUCCESS)).toBe(row);
    expect(end(row, T + 5, stale, FAILURE)).toBe(row);
  });

  it.each([
    [0, 0.5, 1_000],
    [0, 0, 800],
    [0, 1, 1_200],
    [1, 0.5, 2_000],
    [2, 0.5, 4_000],
    [3, 0.5, 8_000],
    [30, 0.5, 8_000],
    [5_000, 1, 9_600],
  ])('after %i openings and at random %d it breaks for %i ms', (opens, random, breakMs) => {
    const row = { ...newBreaker('key', T), failures: 2, opens };
    const next = settle(row, T, SETTINGS, { generation: 1, probe: undefined }, FAILURE, () => random);
    expect(next).toMatchObject({ state: 'open', opens: opens + 1, reopenAt: T + breakMs });
  });
});

describe('half open', () => {
  it('lets 1 of 500 through and refuses the others at once', () => {
    let row = opened();
    const answers = Array.from({ length: 500 }, (_, index) => {
      const result = acquire(row, T + 1_000, SETTINGS, `p${index}`);
      row = result.row;
      return result.admission;
    });
    expect(answers.filter((answer) => 'probe' in answer)).toEqual([{ generation: 3, probe: 'p0' }]);
    expect(answers[499]).toEqual({ refused: 'half_open', retryAfterMs: 1_000, reason: 'HTTP 503' });
  });

  it('closes when the probe succeeds, and forgets how often it had opened', () => {
    const { row, permit } = enter(opened(), T + 1_000);
    expect(row).toMatchObject({ state: 'half_open', since: T + 1_000, generation: 3 });
    const closed = end(row, T + 1_010, permit, SUCCESS);
    expect(closed).toMatchObject({
      state: 'closed',
      generation: 4,
      failures: 0,
      opens: 0,
      probes: [],
      since: T + 1_010,
    });
  });

  it('opens again when the probe fails, for twice as long', () => {
    const { row, permit } = enter(opened(), T + 1_000);
    const again = end(row, T + 1_100, permit, FAILURE);
    expect(again).toMatchObject({ state: 'open', opens: 2, reopenAt: T + 3_100, probes: [] });
  });

  it('gets the permit of an ignored probe back', () => {
    const { row, permit } = enter(opened(), T + 1_000);
    const released = end(row, T + 1_001, permit, IGNORED);
    expect(released).toMatchObject({ state: 'half_open', probes: [], probeSuccesses: 0 });
    expect(enter(released, T + 1_002, 'next').permit).toEqual({ generation: 3, probe: 'next' });
  });

  it('ignores a stale failure that arrives during the probe, and counts the probe', () => {
    const { row, permit } = enter(opened(), T + 1_000);
    expect(end(row, T + 1_001, { generation: 1, probe: undefined }, FAILURE)).toBe(row);
    expect(end(row, T + 1_002, permit, SUCCESS).state).toBe('closed');
  });

  it('passes the permit of a dead prober on, exactly when its lease ends', () => {
    const { row, permit } = enter(opened(), T + 1_000, 'dead');
    expect(acquire(row, T + 5_999, SETTINGS, 'next').admission).toMatchObject({
      refused: 'half_open',
      retryAfterMs: 1,
    });
    const second = enter(row, T + 6_000, 'next');
    expect(second.row.probes).toEqual([{ id: 'next', until: T + 11_000 }]);
    for (const late of [SUCCESS, FAILURE, IGNORED]) expect(end(second.row, T + 6_001, permit, late)).toBe(second.row);
  });

  it('with two permits lets two through at once and closes after two successes', () => {
    const settings = { ...SETTINGS, halfOpenPermits: 2 };
    const first = enter(opened(settings), T + 1_000, 'a', settings);
    const second = enter(first.row, T + 1_001, 'b', settings);
    expect(acquire(second.row, T + 1_002, settings, 'c').admission).toMatchObject({ refused: 'half_open' });
    const half = end(second.row, T + 1_003, first.permit, SUCCESS, settings);
    expect(half).toMatchObject({ state: 'half_open', probeSuccesses: 1 });
    expect(end(half, T + 1_004, second.permit, SUCCESS, settings).state).toBe('closed');
    expect(end(half, T + 1_004, second.permit, FAILURE, settings).state).toBe('open');
  });
});

describe('throttled', () => {
  const limited: Sample = { verdict: 'success', throttleMs: 700, error: 'HTTP 429' };
  const permit = { generation: 1, probe: undefined };

  it('refuses everybody until the time that the service asked for, and counts no failure', () => {
    const row = end(newBreaker('key', T), T, permit, limited);
    expect(row).toMatchObject({ state: 'closed', failures: 0, throttledUntil: T + 700 });
    expect(admit(row, T + 699)).toEqual({ refused: 'throttled', retryAfterMs: 1, reason: undefined });
    expect(admit(row, T + 700)).toEqual({ generation: 1, probe: undefined });
  });

  it('keeps the later of two times, also when it comes from a stale call', () => {
    let row = end(newBreaker('key', T), T, permit, limited);
    row = end(row, T + 1, { generation: 0, probe: undefined }, { ...limited, throttleMs: 900 });
    expect(row.throttledUntil).toBe(T + 901);
    expect(end(row, T + 2, permit, { ...limited, throttleMs: 10 }).throttledUntil).toBe(T + 901);
  });

  it('never waits longer than an hour, whatever was asked', () => {
    const row = end(newBreaker('key', T), T, permit, { ...limited, throttleMs: 1e18 });
    expect(row.throttledUntil).toBe(T + 3_600_000);
  });

  it('survives the recovery of the breaker', () => {
    const probe = enter(opened(), T + 1_000);
    const row = end(probe.row, T + 1_001, probe.permit, limited);
    expect(row).toMatchObject({ state: 'closed', throttledUntil: T + 1_701 });
  });
});

describe('forced', () => {
  const open = { state: 'open', reason: 'moving', owner: 'ann', until: T + 500 } as const;

  it('open refuses with its reason until it expires, then the automatic state is back', () => {
    const row = force(newBreaker('key', T), T, open);
    expect(admit(row, T + 499)).toEqual({ refused: 'forced_open', retryAfterMs: 1, reason: 'moving' });
    expect(forcedState(row, T + 500)).toBeUndefined();
    expect(admit(row, T + 500)).toEqual({ generation: 1, probe: undefined });
  });

  it('open without an end says that nobody knows when', () => {
    const row = force(newBreaker('key', T), T, { ...open, until: null });
    expect(admit(row, T + 1e12)).toEqual({ refused: 'forced_open', retryAfterMs: undefined, reason: 'moving' });
  });

  it('closed lets calls through an open breaker, whatever they show', () => {
    const row = force(opened(), T, { ...open, state: 'closed' });
    const { permit } = enter(row, T + 1);
    expect(permit).toEqual({ generation: 2, probe: undefined });
    expect(end(row, T + 2, permit, FAILURE)).toMatchObject({ state: 'open', failures: 3 });
    expect(admit(row, T + 500)).toMatchObject({ refused: 'open' });
  });

  it('closed still honours what the service asked for', () => {
    const row = { ...force(newBreaker('key', T), T, { ...open, state: 'closed' }), throttledUntil: T + 100 };
    expect(admit(row, T + 50)).toMatchObject({ refused: 'throttled' });
  });

  it('gets the permit of a probe back that ended meanwhile', () => {
    const probe = enter(opened(), T + 1_000);
    const row = force(probe.row, T + 1_001, { ...open, until: T + 1_100 });
    const released = end(row, T + 1_050, probe.permit, SUCCESS);
    expect(released).toMatchObject({ state: 'half_open', probes: [] });
    expect(enter(released, T + 1_100, 'next').permit.probe).toBe('next');
  });

  it('ends with a reset, which also forgets failures and throttling; a copy from disk can be reset too', () => {
    const row = force({ ...opened(), throttledUntil: T + 9_999 }, T, { ...open, until: null });
    const restored = JSON.parse(JSON.stringify(row)) as BreakerRow;
    expect(reset(restored, T + 1)).toMatchObject({
      state: 'closed',
      generation: 3,
      forced: null,
      throttledUntil: null,
      failures: 0,
      opens: 0,
    });
  });
});
