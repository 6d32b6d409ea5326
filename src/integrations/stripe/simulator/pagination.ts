import { invalidRequest, missing } from './api-error.ts';
import type { Collection } from './collection.ts';
import { createdFilter, integer, text } from './parameters.ts';

interface StripeList<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

/** Parameters of every list: https://docs.stripe.com/api/pagination */
export const listParameters = {
  limit: integer(1, 100).optional(),
  starting_after: text().optional(),
  ending_before: text().optional(),
  created: createdFilter().optional(),
};

interface Bounds {
  gt?: number | undefined;
  gte?: number | undefined;
  lt?: number | undefined;
  lte?: number | undefined;
}

interface Page {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
  created?: Bounds | undefined;
}

interface Source<T extends { id: string }> {
  readonly objects: Collection<T>;
  /** As in `No such payment_intent`. */
  readonly kind: string;
  readonly url: string;
}

const DEFAULT_LIMIT = 10;

/** One page, newest first. */
export function paginate<T extends { id: string; created: number }>(
  { objects, kind, url }: Source<T>,
  page: Page,
  matches: (object: T) => boolean,
): StripeList<T> {
  const { limit = DEFAULT_LIMIT, starting_after: after, ending_before: before } = page;
  if (after !== undefined && before !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: starting_after, ending_before.', {
      code: 'parameters_exclusive',
      param: 'ending_before',
    });
  }
  const cursor = after ?? before;
  if (cursor !== undefined && objects.get(cursor) === undefined) {
    throw missing(kind, cursor, after === undefined ? 'ending_before' : 'starting_after', 400);
  }
  const all = objects.newestFirst();
  const at = all.findIndex(({ id }) => id === cursor);
  const side = before === undefined ? all.slice(at + 1) : all.slice(0, at);
  const found = side.filter((object) => isWithin(object.created, page.created) && matches(object));
  // Backwards, the page is the one that ends right before the cursor.
  const data = before === undefined ? found.slice(0, limit) : found.slice(-limit);
  return { object: 'list', data, has_more: found.length > data.length, url };
}

function isWithin(created: number, bounds: Bounds = {}): boolean {
  const { gt = -1, gte = 0, lt = Number.POSITIVE_INFINITY, lte = Number.POSITIVE_INFINITY } = bounds;
  return created > gt && created >= gte && created < lt && created <= lte;
}
