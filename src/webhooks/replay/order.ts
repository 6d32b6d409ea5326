import { createHash } from 'node:crypto';

export const ORDERS = ['as_received', 'reversed', 'shuffled'] as const;
export type Order = (typeof ORDERS)[number];

/** The items in that order. A shuffle is always the same for the same seed, and never leaves two or more items as they were. */
export function arrange<T>(items: readonly T[], order: Order, seed: number): T[] {
  if (order === 'as_received') return [...items];
  if (order === 'reversed') return items.toReversed();
  const shuffled = items
    .map((item, index) => ({ item, rank: createHash('sha256').update(`${seed}:${index}`).digest('hex') }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ item }) => item);
  const isSame = shuffled.every((item, index) => item === items[index]);
  return isSame ? [...shuffled.slice(1), ...shuffled.slice(0, 1)] : shuffled;
}
