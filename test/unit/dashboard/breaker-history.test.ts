import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spansOf } from '../../../src/dashboard/page/breaker-history.ts';

const at = (ms: number) => new Date(ms).toISOString();
/** Newest first, as they are stored. */
const OPENED_AND_CLOSED = [
  { from: 'half_open', to: 'closed', at: at(600), reason: null },
  { from: 'open', to: 'half_open', at: at(500), reason: null },
  { from: 'closed', to: 'open', at: at(200), reason: 'HTTP 503' },
];

describe('the states of a breaker over time', () => {
  it('follow the transitions, from what was before the first to what is now', () => {
    expect(spansOf({ state: 'closed', transitions: OPENED_AND_CLOSED }, 0, 1_000)).toEqual([
      { state: 'closed', from: 0, to: 200, reason: null },
      { state: 'open', from: 200, to: 500, reason: 'HTTP 503' },
      { state: 'half_open', from: 500, to: 600, reason: null },
      { state: 'closed', from: 600, to: 1_000, reason: null },
    ]);
  });

  it('are cut at the ends of the window', () => {
    expect(spansOf({ state: 'closed', transitions: OPENED_AND_CLOSED }, 300, 550)).toEqual([
      { state: 'open', from: 300, to: 500, reason: 'HTTP 503' },
      { state: 'half_open', from: 500, to: 550, reason: null },
    ]);
  });

  it('are one where nothing ever happened', () => {
    expect(spansOf({ state: 'closed', transitions: [] }, 0, 10)).toEqual([
      { state: 'closed', from: 0, to: 10, reason: null },
    ]);
  });

  it('cover the window without gaps, whatever happened when', () => {
    const times = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 999 }), (moments, start) => {
        const transitions = moments
          .sort((a, b) => b - a)
          .map((ms) => ({ from: 'closed', to: 'open', at: at(ms), reason: null }));
        const spans = spansOf({ state: 'open', transitions }, start, 1_000);
        expect(spans[0]?.from).toBe(start);
        expect(spans.at(-1)?.to).toBe(1_000);
        for (const [index, span] of spans.entries()) {
          expect(span.to).toBeGreaterThan(span.from);
          if (index > 0) expect(span.from).toBe(spans[index - 1]?.to);
        }
      }),
    );
  });
});
