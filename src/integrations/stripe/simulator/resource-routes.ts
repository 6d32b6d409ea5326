import * as z from 'zod';
import type { Account } from './account.ts';
import { invalidRequest, missing } from './api-error.ts';
import type { Collection } from './collection.ts';
import type { FormValue } from './form.ts';
import { listParameters, paginate } from './pagination.ts';
import { integer, parseParameters, text } from './parameters.ts';
import type { Route } from './router.ts';
import { route } from './router.ts';
import { parseQuery } from './search.ts';

/** A kind of object with its place in the API and in the account. */
export interface Resource<T extends { id: string; created: number }> {
  /** `/v1/customers` */
  readonly path: string;
  /** The value of `object`. */
  readonly kind: string;
  /** As in `No such customer`, where it is not the kind. */
  readonly label?: string;
  /** The parameter that a missing id in the path is blamed on; `id` where it is not named. */
  readonly param?: string;
  readonly objects: (account: Account) => Collection<T>;
}

/** The object that the path names. Throws the 404. */
export function fetchObject<T extends { id: string; created: number }>(
  resource: Resource<T>,
  account: Account,
  id: string,
): T {
  const object = resource.objects(account).get(id);
  if (object === undefined) throw missing(resource.label ?? resource.kind, id, resource.param ?? 'id', 404);
  return object;
}

/** The object that a parameter names. Throws the 400. */
export function resolveObject<T extends { id: string; created: number }>(
  resource: Resource<T>,
  account: Account,
  id: string,
  param: string,
): T {
  const object = resource.objects(account).get(id);
  if (object === undefined) throw missing(resource.label ?? resource.kind, id, param, 400);
  return object;
}

export function retrieveRoute<T extends { id: string; created: number }>(resource: Resource<T>): Route {
  return route('GET', `${resource.path}/:id`, resource.kind, z.strictObject({}), ({ account }, _parameters, id) => {
    const label = account.deleted.get(id);
    if (label === resource.kind) return { id, object: resource.kind, deleted: true };
    return fetchObject(resource, account, id);
  });
}

type FiltersOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape, z.core.$strict>>;

/** Lists what matches the filters, in pages. */
export function listRoute<T extends { id: string; created: number }, Shape extends z.ZodRawShape>(
  resource: Resource<T>,
  filters: Shape,
  matches: (object: T, filters: FiltersOf<Shape>) => boolean,
): Route {
  const { path, kind, objects } = resource;
  const filterSchema = z.strictObject(filters);
  return route('GET', path, kind, listSchema, ({ account }, parameters) => {
    const { limit, starting_after, ending_before, created, ...rest } = parameters;
    const given = parseParameters(filterSchema, rest);
    const page = { limit, starting_after, ending_before, created };
    return paginate({ objects: objects(account), kind, url: path }, page, (object) => matches(object, given));
  });
}

/** What is left beside the page are filters. */
const listSchema = z.object(listParameters).catchall(z.custom<FormValue>());

const searchParameters = z.strictObject({
  query: text(),
  limit: integer(1, 100).optional(),
  page: text().optional(),
});

/** https://docs.stripe.com/search. At Stripe new objects take up to a minute to be found; here they are found at once. */
export function searchRoute<T extends { id: string; created: number }>(
  resource: Resource<T>,
  fields: readonly string[],
): Route {
  const url = `${resource.path}/search`;
  return route('GET', url, resource.kind, searchParameters, ({ account }, { query, limit = 10, page }) => {
    const matches = parseQuery(query, [...fields, 'created', 'metadata[]']);
    const found = resource.objects(account).newestFirst(matches);
    const from = page === undefined ? 0 : positionOf(page);
    const data = found.slice(from, from + limit);
    const has_more = from + limit < found.length;
    return {
      object: 'search_result',
      data,
      has_more,
      next_page: has_more ? Buffer.from(String(from + limit)).toString('base64url') : null,
      url,
    };
  });
}

function positionOf(page: string): number {
  const position = Buffer.from(page, 'base64url').toString();
  if (/^\d{1,9}$/.test(position)) return Number(position);
  throw invalidRequest('Invalid page: it is no next_page of a search.', { param: 'page' });
}

/** True for a filter that was not given, or is met. */
export function fits<T>(wanted: T | undefined, actual: T | null): boolean {
  return wanted === undefined || wanted === actual;
}
