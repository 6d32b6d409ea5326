import { AppError } from '../core/errors.ts';
import { anyFields, anyObject } from './any-object.ts';
import type { Operation } from './operation.ts';
import type { Pagination } from './pagination.ts';
import type { LoadedApi } from './provider.ts';

/** What an agent asks to call: an operation by name, or a method and a path. */
export interface WantedCall {
  operation?: string | undefined;
  method?: Operation['method'] | undefined;
  path?: string | undefined;
  params: Readonly<Record<string, unknown>>;
  /** True where the caller expects a list: what is found by its path alone may be an object that refuses to be asked for pages. */
  isList?: boolean | undefined;
}

export interface FoundCall {
  operation: Operation;
  params: Readonly<Record<string, unknown>>;
}

/** The most names that an error suggests. */
const SUGGESTIONS = 10;

/**
 * The operation to call. A path that belongs to a known operation is that operation, with its rules; any other path is called by the
 * conventions of the API. Throws `invalid_input` with the nearest names for one that is not known.
 */
export function findOperation(api: LoadedApi, wanted: WantedCall): FoundCall {
  const { operation: name, path, params } = wanted;
  if ((name === undefined) === (path === undefined)) {
    throw new AppError('invalid_input', 'Give either operation or path.', {
      hint: 'For instance operation "listCustomers", or path "/v1/customers".',
    });
  }
  if (path !== undefined) return findPath(api, wanted.method ?? 'GET', canonicalPath(path), wanted);
  const known = Object.hasOwn(api.operations, name ?? '') ? api.operations[name ?? ''] : undefined;
  if (known !== undefined) return { operation: known, params };
  throw new AppError('invalid_input', `"${name}" is not an operation of this integration.`, {
    hint: 'Use one of details.nearest, search again with other words in operation, or give a path.',
    details: {
      nearest: nearestOperations(api, name ?? '', SUGGESTIONS).map(describeOperation),
      operations: Object.keys(api.operations).length,
    },
  });
}

/** An operation in one line; in quotes what its service says of it. */
export function describeOperation({ name, method, path, summary }: Operation): string {
  return `${name}: ${method} ${path}${summary === undefined ? '' : ` "${summary}"`}`;
}

function findPath(
  api: LoadedApi,
  method: Operation['method'],
  path: string,
  { params, isList }: WantedCall,
): FoundCall {
  const matches = Object.values(api.operations).flatMap((operation) => {
    const values = operation.method === method ? matchPath(operation.path, path) : undefined;
    return values === undefined ? [] : [{ operation, values }];
  });
  // A fixed part is nearer than a placeholder: /v1/customers/search is no customer.
  const [best] = matches.sort((a, b) => Object.keys(a.values).length - Object.keys(b.values).length);
  if (best !== undefined) return { operation: best.operation, params: { ...params, ...best.values } };
  return { operation: operationOfPath(api, method, path, isList ?? false), params };
}

function operationOfPath(api: LoadedApi, method: Operation['method'], path: string, isList: boolean): Operation {
  const { encoding = 'json', pagination } = api.conventions ?? {};
  const isRead = method === 'GET';
  const keyed = method === 'POST' && api.idempotency !== undefined;
  return {
    name: `${method} ${path}`,
    method,
    path,
    encoding,
    repeat: isRead ? 'safe' : keyed ? 'with-key' : 'unsafe',
    class: isRead ? 'read' : 'write',
    // Nothing is known of it.
    movesMoney: method === 'POST',
    input: anyFields,
    output: anyObject,
    ...(isRead && pagination !== undefined ? { pagination: isList ? pagination : unsized(pagination) } : {}),
  };
}

function unsized({ size: _size, ...pagination }: Pagination): Pagination {
  return pagination;
}

/** The path as it will be sent: dot segments resolved, nothing that could be a host. */
function canonicalPath(path: string): string {
  const origin = 'https://path.invalid';
  const url = path.startsWith('/') ? URL.parse(path, origin) : null;
  const isPath = url?.origin === origin && url.username === '' && !url.pathname.startsWith('//');
  if (isDisguised(path)) {
    throw new AppError(
      'invalid_input',
      'The path holds an encoded slash or backslash, or dots beside ";" or a control character.',
      {
        hint: 'Servers between here and there may read it as another path. Write it plainly.',
      },
    );
  }
  if (url === null || !isPath || url.search !== '' || url.hash !== '') {
    throw new AppError('invalid_input', 'The path must begin with one "/" and have no host, query or fragment.', {
      hint: 'For instance /v1/customers; what belongs into the query goes into params.',
    });
  }
  return url.pathname;
}

/** What some servers resolve to another path than the one that was checked. */
function isDisguised(path: string): boolean {
  if (/%(?:2f|5c)/i.test(path)) return true;
  return (decode(path) ?? path).split('/').some((segment) => {
    const [name = ''] = segment.split(';', 1);
    const bare = [...name].filter((character) => character > ' ').join('');
    return (bare === '.' || bare === '..') && bare !== segment;
  });
}

/** The values of the placeholders, decoded; undefined when the path is another one. */
function matchPath(template: string, path: string): Record<string, string> | undefined {
  const parts = template.split('/');
  const given = path.split('/');
  if (parts.length !== given.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const value = given[index] ?? '';
    const name = /^\{([^{}]+)\}$/.exec(part)?.[1];
    const decoded = decode(value);
    if (decoded === undefined || (name === undefined && part !== value)) return undefined;
    if (name !== undefined) values[name] = decoded;
  }
  return values;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The operations whose name, path and summary have most in common with a text, best first. */
function nearestOperations(api: LoadedApi, text: string, count: number): Operation[] {
  const wanted = words(text);
  return Object.values(api.operations)
    .map((operation) => ({ operation, score: likeness(wanted, operation) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ operation }) => operation);
}

function likeness(wanted: readonly string[], { name, path, summary = '' }: Operation): number {
  return 2 * overlap(wanted, words(name)) + 2 * overlap(wanted, words(summary)) + overlap(wanted, words(path));
}

/** Cosine of two sets of words: between equally good hits the text that says less beyond the question is nearer. */
function overlap(wanted: readonly string[], text: readonly string[]): number {
  if (wanted.length === 0 || text.length === 0) return 0;
  return wanted.filter((word) => has(text, word)).length / Math.sqrt(wanted.length * text.length);
}

/** Plural or singular, and words begun: "customer", "customers" and "custom" meet. */
function has(words: readonly string[], wanted: string): boolean {
  return words.some((word) => word.startsWith(wanted) || (word.length > 3 && wanted.startsWith(word)));
}

function words(text: string): string[] {
  const parts = text
    .slice(0, 500)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return parts.filter((word) => word !== '').map((word) => word.replace(/(?<=.{3})s$/, ''));
}
