import { ProtocolFault } from './fault.ts';

/** Entries of one page: a client shows them to a person. */
const PAGE_SIZE = 200;
const CURSOR = /^[1-9]\d{0,9}$/;

/** One page of a list; the cursor is the place where the next one begins. */
export function pageOf<T>(
  all: readonly T[],
  cursor: string | undefined,
): { items: T[]; nextCursor: string | undefined } {
  if (cursor !== undefined && !CURSOR.test(cursor)) {
    throw new ProtocolFault('invalid_params', 'This cursor is not one of ours.');
  }
  const start = Number(cursor ?? 0);
  const end = start + PAGE_SIZE;
  return { items: all.slice(start, end), nextCursor: end < all.length ? String(end) : undefined };
}
