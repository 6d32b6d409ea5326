import * as z from 'zod';
import type { Call } from './account.ts';
import { invalidRequest } from './api-error.ts';
import { checkExpand, expand } from './expand.ts';
import type { FormObject } from './form.ts';
import { INCLUDABLE } from './includable.ts';
import { list, parseParameters, text } from './parameters.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly segments: readonly string[];
  /** Validates the parameters; what it returns executes the request. Both throw a `StripeApiError`. */
  prepare(form: FormObject, id: string): (call: Call) => object;
}

const expandParameter = z.object({ expand: list(text()).optional() });

/**
 * An endpoint of the API.
 * @param path with `:id` where the object's id stands
 * @param kind of the object that is returned or listed
 */
export function route<T>(
  method: Route['method'],
  path: string,
  kind: string,
  schema: z.ZodType<T>,
  run: (call: Call, parameters: T, id: string) => object,
): Route {
  const isList = method === 'GET' && !path.endsWith(':id');
  return {
    method,
    segments: path.split('/'),
    prepare({ expand: given, ...form }, id) {
      const parameters = parseParameters(schema, form);
      const { expand: paths = [] } = parseParameters(expandParameter, given === undefined ? {} : { expand: given });
      checkExpand(kind, isList, paths);
      return (call) => expand(call.account, run(call, parameters, id), paths, INCLUDABLE);
    },
  };
}

/** Throws the 404 of an unknown address. */
export function findRoute(routes: readonly Route[], method: string, path: string): { route: Route; id: string } {
  const given = path.split('/');
  // The first that fits: a literal address (search) stands before the one of an object.
  const found = routes.find((candidate) => candidate.method === method && fits(candidate.segments, given));
  if (found !== undefined) return { route: found, id: given[found.segments.indexOf(':id')] ?? '' };
  const known = [...new Set(routes.map(({ segments }) => segments[2]))].join(', ');
  throw invalidRequest(
    `Unrecognized request URL (${method}: ${path}). The simulator knows operations of: ${known}.`,
    undefined,
    404,
  );
}

function fits(segments: readonly string[], given: readonly string[]): boolean {
  return (
    segments.length === given.length &&
    segments.every((segment, at) => (segment === ':id' ? given[at] !== '' : segment === given[at]))
  );
}
