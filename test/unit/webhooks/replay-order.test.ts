import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arrange } from '../../../src/webhooks/replay/order.ts';

it('reverses, and shuffles alike for a seed', () => {
  expect(arrange([1, 2, 3], 'as_received', 7)).toEqual([1, 2, 3]);
  expect(arrange([1, 2, 3], 'reversed', 7)).toEqual([3, 2, 1]);
  expect(arrange([1, 2, 3, 4, 5, 6], 'shuffled', 7)).toEqual(arrange([1, 2, 3, 4, 5, 6], 'shuffled', 7));
  const orders = Array.from({ length: 20 }, (_, seed) => arrange([1, 2, 3, 4], 'shuffled', seed).join());
  expect(new Set(orders).size).toBeGreaterThan(8);
});

it('never loses an item, and never leaves several as they were', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(), { minLength: 2 }), fc.nat(), (items, seed) => {
      const shuffled = arrange(items, 'shuffled', seed);
      expect(shuffled.toSorted()).toEqual(items.toSorted());
      expect(shuffled).not.toEqual(items);
    }),
  );
});
