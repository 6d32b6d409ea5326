import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BreakerRow, BreakerSettings } from '../../../src/resilience/breaker-state.ts';
import { acquire, force, newBreaker, settle } from '../../../src/resilience/breaker-state.ts';
import { Breakers } from '../../../src/resilience/breakers.ts';
import { InProcessBreakerStore } from '../../../src/resilience/in-process-breaker-store.ts';
import { Pipeline } from '../../../src/resilience/pipeline.ts';

const T = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const SETTINGS: BreakerSettings = {
  failureThreshold: 1,
  breakMs: 1_000,
  maxBreakMs: 8_000,
  halfOpenPermits: 1,
  probeLeaseMs: 5_000,
};
const CLOSED = { generation: 1, probe: undefined };
const FAILURE = { verdict: 'failure', throttleMs: undefined, error: 'HTTP 503' } as const;
const IGNORED = { verdict: 'ignored', error: undefined } as const;

function open(now: number): BreakerRow {
  return settle(newBreaker('k', now), now, SETTINGS, CLOSED, FAILURE, () => 0.5);
}

/** What a caller is told, and the row that is kept. */
function ask(row: BreakerRow, now: number) {
  const { row: kept, admission } = acquire(row, now, SETTINGS, 'probe');
  return { kept, waitMs: 'refused' in admission ? admission.retryAfterMs : 0 };
}

it.each([
  ['a break', open(T), 1_000],
  ['a throttle', settle(newBreaker('k', T), T, SETTINGS, CLOSED, { ...IGNORED, throttleMs: 60_000 }), 60_000],
  ['a throttle without end', settle(newBreaker('k', T), T, SETTINGS, CLOSED, { ...IGNORED, throttleMs: 1e18 }), 3.6e6],
  ['a probe', ask(open(T), T + 1_000).kept, 1_000],
  ['a forced state', force(newBreaker('k', T), T, { state: 'open', reason: 'r', owner: 'o', until: T + 9_000 }), 9_000],
] as const)('holds %s no longer than it was meant to when the clock is set back', (_what, row, longestMs) => {
  const first = ask(row, T - DAY_MS);
  expect(first.waitMs).toBe(longestMs);
  // What is kept stands on the new clock: time counts from now on.
  expect(ask(first.kept, T - DAY_MS + longestMs - 1).waitMs).toBeGreaterThan(0);
  expect(ask(first.kept, T - DAY_MS + Math.max(longestMs, SETTINGS.probeLeaseMs)).waitMs).toBe(0);
});

it('never tells anybody to wait longer than the longest break or throttle, however the clock jumps', () => {
  const jump = fc.oneof(fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }), fc.integer({ min: -5_000, max: 5_000 }));
  const step = fc.record({ jump, throttleMs: fc.option(fc.nat(50_000), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let [now, row] = [T, newBreaker('k', T)];
      for (const { jump: by, throttleMs } of steps) {
        now += by;
        const { row: entered, admission } = acquire(row, now, SETTINGS, 'probe');
        row = entered;
        if ('refused' in admission) expect(admission.retryAfterMs).toBeLessThanOrEqual(50_000);
        else row = settle(row, now, SETTINGS, admission, { ...FAILURE, throttleMs });
      }
    }),
    { numRuns: 300 },
  );
});

it('shows a break as it is on the present clock', async () => {
  const clock = { time: T, now: () => clock.time };
  const store = new InProcessBreakerStore(clock);
  await store.update('k', () => open(T));
  clock.time = T - DAY_MS;
  const permits = { take: async () => ({ granted: true, waitMs: 0 }), giveBack: async () => {} };
  const breakers = new Breakers(store, new Pipeline(store, permits, clock), clock);
  expect(await breakers.status('k')).toMatchObject({ state: 'open', retryAfterMs: 1_000, since: T - DAY_MS });
});
