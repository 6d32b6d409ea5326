import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutcomeWindow } from '../../../src/resilience/outcome-window.ts';

const NOTHING = { calls: 0, failures: 0, slow: 0 };

describe('OutcomeWindow', () => {
  it('counts calls, failures and slow calls', () => {
    const window = new OutcomeWindow(1_000);
    window.record(5_000, 1, false, false);
    window.record(5_000, 1, true, false);
    window.record(5_150, 1, true, true);
    window.record(5_600, 1, false, true);
    expect(window.counts(5_600, 1)).toEqual({ calls: 4, failures: 2, slow: 2 });
  });

  it('forgets slice by slice what is older than the window', () => {
    const window = new OutcomeWindow(1_000);
    window.record(5_000, 1, true, false);
    window.record(5_500, 1, true, false);
    expect(window.counts(5_999, 1).calls).toBe(2);
    expect(window.counts(6_000, 1).calls).toBe(1);
    expect(window.counts(6_499, 1).calls).toBe(1);
    expect(window.counts(6_500, 1)).toEqual(NOTHING);
  });

  it('holds nothing against a service after an hour of silence', () => {
    // cockatiel's SamplingBreaker moves on one slice whatever the gap: five old failures and a new one open it.
    const window = new OutcomeWindow(10_000);
    for (let call = 0; call < 10; call += 1) window.record(1_000 * call, 1, call % 2 === 0, false);
    window.record(3_600_000, 1, true, false);
    expect(window.counts(3_600_000, 1)).toEqual({ calls: 1, failures: 1, slow: 0 });
  });

  it('begins anew with each generation and ignores what belongs to an earlier one', () => {
    const window = new OutcomeWindow(1_000);
    window.record(5_000, 1, true, true);
    window.record(5_010, 3, false, false);
    window.record(5_020, 1, true, true);
    expect(window.counts(5_020, 3)).toEqual({ calls: 1, failures: 0, slow: 0 });
    expect(window.counts(5_020, 1)).toEqual(NOTHING);
    expect(window.counts(5_020, 4)).toEqual(NOTHING);
  });

  it('grows, which forgets what was counted before, and never shrinks', () => {
    const window = new OutcomeWindow(1_000);
    window.record(5_000, 1, true, false);
    window.grow(500);
    expect(window.counts(5_000, 1).calls).toBe(1);
    window.grow(2_000);
    expect(window.counts(5_000, 1)).toEqual(NOTHING);
    window.record(5_000, 1, true, false);
    expect(window.counts(6_900, 1).calls).toBe(1);
  });

  it('survives a clock that is set back', () => {
    const window = new OutcomeWindow(1_000);
    window.record(5_000, 1, true, false);
    window.record(1_000, 1, false, false);
    expect(window.counts(1_000, 1)).toEqual({ calls: 1, failures: 0, slow: 0 });
    expect(window.counts(-1, 1)).toEqual(NOTHING);
  });

  it('counts all of the last nine tenths of the window and nothing from before it', () => {
    const call = fc.record({
      gapMs: fc.oneof(fc.nat({ max: 120 }), fc.nat({ max: 5_000 })),
      failed: fc.boolean(),
      slow: fc.boolean(),
      newGeneration: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 2_000 }),
        fc.integer({ min: 1e6, max: 1e13 }),
        fc.array(call, { maxLength: 60 }),
        fc.nat({ max: 2_000 }),
        (windowMs, startedAt, calls, laterMs) => {
          const window = new OutcomeWindow(windowMs);
          let [now, generation] = [startedAt, 1];
          const seen = calls.map(({ gapMs, failed, slow, newGeneration }) => {
            now += gapMs;
            if (newGeneration) generation += 1;
            window.record(now, generation, failed, slow);
            return { at: now, generation, failed, slow };
          });
          now += laterMs;
          const counts = window.counts(now, generation);
          const ages = (limitMs: number) =>
            seen.filter((one) => one.generation === generation && now - one.at < limitMs);
          const [least, most] = [ages(windowMs * 0.9 - 0.001), ages(windowMs + 0.001)];
          for (const [key, counted] of [
            ['calls', () => true],
            ['failures', (one: (typeof seen)[number]) => one.failed],
            ['slow', (one: (typeof seen)[number]) => one.slow],
          ] as const) {
            expect(counts[key]).toBeGreaterThanOrEqual(least.filter(counted).length);
            expect(counts[key]).toBeLessThanOrEqual(most.filter(counted).length);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
