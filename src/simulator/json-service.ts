import { parseJson } from '../core/parse-json.ts';
import type { SimulatedRequest, SimulatedResponse } from './service.ts';

/** Building blocks for services that speak JSON. */

export interface JsonRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: SimulatedRequest['headers'];
  /** The parsed body; undefined when there is none. */
  readonly body: unknown;
  readonly url: URL;
}

export interface JsonRoute<Context> {
  readonly method: string;
  /** `/v3/suppression/:list` */
  readonly path: string;
  run(context: Context, request: JsonRequest): SimulatedResponse;
}

/** The route of a request with the values of its path; the first that fits counts. */
export function findJsonRoute<Context>(
  routes: readonly JsonRoute<Context>[],
  { method, url }: SimulatedRequest,
): { route: JsonRoute<Context>; params: Record<string, string> } | undefined {
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path, url.pathname) : undefined;
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, step] of wanted.entries()) {
    const value = decodeSegment(given[at] ?? '');
    if (!step.startsWith(':')) {
      if (step !== value) return undefined;
    } else if (value === '') return undefined;
    else params[step.slice(1)] = value;
  }
  return params;
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The parsed body, undefined when it is empty; `invalid` when it is no JSON. */
export function readJson({ body }: SimulatedRequest): { value: unknown } | 'invalid' {
  if (body.length === 0) return { value: undefined };
  const value = parseJson(body);
  return value === undefined ? 'invalid' : { value };
}

/** An answer in JSON; without a body the answer is empty. */
export function respond(status: number, body?: object, headers: Record<string, string> = {}): SimulatedResponse {
  if (body === undefined) return { status, headers, body: '' };
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

/** What `Authorization: Bearer …` or `token …` carries; undefined without it. */
export function bearerToken(headers: SimulatedRequest['headers']): string | undefined {
  return /^(?:bearer|token)\s+(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
}
