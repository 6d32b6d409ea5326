import { createHash } from 'node:crypto';
import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { parseJson } from '../core/parse-json.ts';
import type { SearchQuery } from './memory-store.ts';

/** Where a search continues. Candidates come from one match after the other, in windows that are each ranked on their own. */
export interface SearchPosition {
  match: number;
  window: number;
  /** How many of the window's ranked candidates are done with. */
  offset: number;
  /** Highest `seq` at the first page: what is stored between two pages does not shift them. */
  snapshot: number;
}

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const SHAPE = z.tuple([count.max(10), count.max(1_000_000), count.max(10_000), count, z.string()]);

export function encodeCursor({ match, window, offset, snapshot }: SearchPosition, query: SearchQuery): string {
  return Buffer.from(JSON.stringify([match, window, offset, snapshot, digest(query)])).toString('base64url');
}

/** Throws `invalid_input` for anything but a cursor that came from the same query. */
export function decodeCursor(cursor: string, query: SearchQuery): SearchPosition {
  const parsed = SHAPE.safeParse(parseJson(Buffer.from(cursor, 'base64url')));
  if (!parsed.success || parsed.data[4] !== digest(query)) {
    throw new AppError('invalid_input', 'The cursor does not belong to this search.', {
      hint: 'Pass next_cursor unchanged together with the same query and filters, or search without a cursor.',
    });
  }
  const [match, window, offset, snapshot] = parsed.data;
  return { match, window, offset, snapshot };
}

/** Of everything that decides which memories are found and in which order. */
function digest({ cursor: _cursor, limit: _limit, ...rest }: SearchQuery): string {
  const known = Object.entries(rest).filter(([, value]) => value !== undefined);
  const canonical = JSON.stringify(known.sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(canonical).digest('base64url').slice(0, 10);
}
