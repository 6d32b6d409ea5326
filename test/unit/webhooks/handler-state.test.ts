import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween, compareEffects, readState } from '../../../src/webhooks/replay/handler-state.ts';

const NOW_MS = 1_790_000_000_000;

function stateOf(document: unknown) {
  const state = readState(document, NOW_MS);
  if (state === undefined) throw new Error('too large');
  return state;
}

describe('changes of a state', () => {
  it('are lines with their place', () => {
    const before = { orders: { a: { status: 'open', n: 1 } }, log: ['x', 'y'] };
    const after = { log: ['y', 'x', 'x'], orders: { a: { n: 2, status: 'open' }, b: {} } };
    expect(changesBetween(stateOf(before), stateOf(after))).toEqual([
      '+ log[]: "x"',
      '- orders.a.n: 1',
      '+ orders.a.n: 2',
    ]);
  });

  it('do not count times of the run, and do count others', () => {
    const at = (ms: number) => ({ at: new Date(ms).toISOString(), s: Math.floor(ms / 1000), list: [{ ms }] });
    expect(changesBetween(stateOf(at(NOW_MS - 60_000)), stateOf(at(NOW_MS)))).toEqual([]);
    expect(changesBetween(stateOf(at(NOW_MS - 7_200_000)), stateOf(at(NOW_MS)))).toHaveLength(6);
  });

  it('are none between a document and itself with its fields in another order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        const reversed = JSON.parse(JSON.stringify(document), (_key, value: unknown) =>
          typeof value === 'object' && value !== null && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).reverse())
            : value,
        );
        expect(changesBetween(stateOf(document), stateOf(reversed))).toEqual([]);
      }),
    );
  });

  it('are not looked for in too much, or too deep', () => {
    expect(
      readState(
        Array.from({ length: 5_000 }, (_, index) => index),
        NOW_MS,
      ),
    ).toBeUndefined();
    expect(readState(JSON.parse(`${'['.repeat(60_000)}${']'.repeat(60_000)}`), NOW_MS)).toBeDefined();
  });
});

describe('effects of two runs', () => {
  const first = new Map([['sub_A', 'sub_1']]);
  const second = new Map([['sub_B', 'sub_1']]);
  const compare = (middle: unknown, end: unknown) =>
    compareEffects(
      { before: stateOf({ count: 4, log: ['old'] }), after: stateOf(middle), ids: first },
      { before: stateOf(middle), after: stateOf(end), ids: second },
    );

  it('are alike when they differ in ids and in where the counters stood', () => {
    const middle = { count: 7, log: ['old', 'sub_A'], subs: { sub_A: 'canceled' } };
    const end = { count: 10, log: ['old', 'sub_A', 'sub_B'], subs: { sub_A: 'canceled', sub_B: 'canceled' } };
    expect(compare(middle, end)).toEqual([]);
  });

  it('differ where they ended differently', () => {
    const middle = { count: 7, log: ['old', 'sub_A'], subs: { sub_A: 'canceled' } };
    const end = { count: 9, log: ['old', 'sub_A'], subs: { sub_A: 'canceled', sub_B: 'active' } };
    expect(compare(middle, end)).toEqual([
      '+ count: +2',
      '- count: +3',
      '- log[]: "sub_1"',
      '+ subs.sub_1: "active"',
      '- subs.sub_1: "canceled"',
    ]);
  });
});
