import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundJson } from '../../../src/core/bounded-json.ts';

it('leaves alone what fits', () => {
  const value = { a: ['x', null, 1] };
  expect(boundJson(value, 100)).toBe(value);
});

it('says how much is missing of long texts and lists', () => {
  const value = { text: 'x'.repeat(9_000), list: Array.from({ length: 300 }, (_, index) => index) };
  const bounded = boundJson(value, 8_000) as { text: string; list: unknown[] };
  expect(bounded.text).toBe(`${'x'.repeat(5_000)}… [4000 more characters]`);
  expect(bounded.list).toHaveLength(201);
  expect(bounded.list.at(-1)).toBe('[100 more items]');
});

it('of any value has at most the given size', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 12 }), fc.integer({ min: 100, max: 3_000 }), (value, max) => {
      const many = [value, value, { a: value, text: JSON.stringify(value).repeat(20) }];
      expect(JSON.stringify(boundJson(many, max)).length).toBeLessThanOrEqual(max);
    }),
    { numRuns: 200 },
  );
});
