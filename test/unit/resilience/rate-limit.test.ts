import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateLimit } from '../../../src/resilience/rate-limit.ts';
import { intervalOf, takePermit } from '../../../src/resilience/rate-limit.ts';

/** Times near the present: half a millisecond of error would be a thousand times what doubles have there. */
const NOW = 1_790_000_000_000;
const ERROR_MS = 0.1;

/** Takes permits of one key, one after the other. */
function limiterOf(limit: RateLimit) {
  let arrival: number | undefined;
  return (now: number, maxWaitMs = 0) => {
    const taken = takePermit(arrival, now, limit, maxWaitMs);
    arrival = taken.arrival;
    return taken;
  };
}

const limits = fc.record({
  permits: fc.integer({ min: 1, max: 1_000 }),
  perMs: fc.integer({ min: 100, max: 100_000 }),
  burst: fc.integer({ min: 1, max: 50 }),
});

describe('takePermit', () => {
  it('grants the burst at once, then one permit per interval', () => {
    const take = limiterOf({ permits: 10, perMs: 1_000, burst: 3 });
    expect([0, 1, 2, 3].map(() => take(NOW).granted)).toEqual([true, true, true, false]);
    expect(take(NOW).waitMs).toBe(100);
    expect(take(NOW + 99).granted).toBe(false);
    expect(take(NOW + 100)).toMatchObject({ granted: true, waitMs: 0 });
    expect(take(NOW + 100).granted).toBe(false);
  });

  it('hands out the waits in order', () => {
    const take = limiterOf({ permits: 10, perMs: 1_000, burst: 1 });
    expect([1, 2, 3, 4].map(() => take(NOW, 250).waitMs)).toEqual([0, 100, 200, 300]);
    expect(take(NOW, 250)).toMatchObject({ granted: false, waitMs: 300 });
    expect(take(NOW, 300)).toMatchObject({ granted: true, waitMs: 300 });
  });

  it('holds nobody longer than the limit itself when the clock is set back', () => {
    const take = limiterOf({ permits: 1, perMs: 1_000, burst: 1 });
    expect(take(NOW)).toMatchObject({ granted: true });
    expect(take(NOW - 86_400_000)).toMatchObject({ granted: true, waitMs: 0 });
    expect(take(NOW - 86_400_000)).toMatchObject({ granted: false, waitMs: 1_000 });
    expect(take(NOW - 86_430_000, 45_000)).toMatchObject({ granted: true, waitMs: 31_000 });
  });

  it('keeps nothing of a refusal', () => {
    const limit = { permits: 1, perMs: 1_000, burst: 1 };
    const { arrival } = takePermit(undefined, NOW, limit, 0);
    expect(arrival).toBe(NOW + 1_000);
    for (let asked = 0; asked < 5; asked += 1) expect(takePermit(arrival, NOW, limit, 0).arrival).toBe(arrival);
  });

  it('saves up no more than the burst, however long nobody asked', () => {
    const take = limiterOf({ permits: 1_000, perMs: 1_000, burst: 5 });
    take(NOW);
    const later = Array.from({ length: 10 }, () => take(NOW + 3_600_000).granted);
    expect(later.filter(Boolean)).toHaveLength(5);
  });

  it('grants what is ideal to callers who ask all the time: the burst and one per interval', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 20 }), (limit, intervals) => {
        const take = limiterOf(limit);
        const interval = intervalOf(limit);
        let granted = 0;
        for (let tick = 0; tick <= intervals * 4; tick += 1) {
          while (take(NOW + (tick * interval) / 4, ERROR_MS * Math.min(1, interval)).granted) granted += 1;
        }
        expect(granted).toBe(limit.burst + intervals);
      }),
    );
  });

  it('never lets more calls begin in any stretch of time than the burst and one per interval', () => {
    const request = fc.record({ gapMs: fc.nat({ max: 3_000 }), maxWaitMs: fc.nat({ max: 3_000 }) });
    fc.assert(
      fc.property(limits, fc.array(request, { maxLength: 80 }), (limit, requests) => {
        const take = limiterOf(limit);
        let now = NOW;
        const begins: number[] = [];
        for (const { gapMs, maxWaitMs } of requests) {
          now += gapMs;
          const { granted, waitMs } = take(now, maxWaitMs);
          expect(granted).toBe(waitMs <= maxWaitMs);
          if (granted) begins.push(now + waitMs);
        }
        begins.forEach((from, first) => {
          begins.slice(first).forEach((to, more) => {
            expect((more + 1 - limit.burst) * intervalOf(limit)).toBeLessThanOrEqual(to - from + ERROR_MS);
          });
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells a refused caller when to come back: then it is granted, and no sooner', () => {
    const gaps = fc.array(fc.nat({ max: 500 }), { maxLength: 40 });
    fc.assert(
      fc.property(limits, gaps, (limit, waits) => {
        let [arrival, now]: [number | undefined, number] = [undefined, NOW];
        for (const gap of waits) {
          now += gap;
          const { granted, waitMs, arrival: kept } = takePermit(arrival, now, limit, 0);
          arrival = kept;
          if (granted) continue;
          expect(takePermit(arrival, now + waitMs + ERROR_MS, limit, 0).granted).toBe(true);
          if (waitMs > ERROR_MS) {
            expect(takePermit(arrival, now + waitMs - ERROR_MS, limit, 0).granted).toBe(false);
          }
        }
      }),
    );
  });
});
