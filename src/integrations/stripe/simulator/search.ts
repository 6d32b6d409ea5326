import { invalidRequest } from './api-error.ts';

/**
 * The query language of search: https://docs.stripe.com/search#search-query-language. `field:"value"`, `field~"part"`, `field>1`,
 * `metadata["key"]:"value"`, `-` to negate, `null` for what is not set, joined by AND or by OR, not by both.
 */

type Predicate = (object: object) => boolean;

const CLAUSE =
  /^\s*(-?)([a-z_.]+)(?:\[(["'])(.{1,40}?)\3\])?\s*(:|~|>=|<=|>|<)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([\w.-]+))/;
const JOIN = /^\s+(AND|OR)\s+/i;
const MAX_CLAUSES = 10;

/** Throws a `StripeApiError` for a query that cannot be read, or a field that cannot be searched. */
export function parseQuery(query: string, fields: readonly string[]): Predicate {
  const clauses: Predicate[] = [];
  const joins = new Set<string>();
  let rest = query;
  while (true) {
    const found = CLAUSE.exec(rest);
    if (found === null) throw unreadable(query);
    clauses.push(clauseOf(found, fields));
    rest = rest.slice(found[0].length);
    if (rest.trim() === '') break;
    const [joined, word = ''] = JOIN.exec(rest) ?? [];
    if (joined === undefined) throw unreadable(query);
    joins.add(word.toUpperCase());
    rest = rest.slice(joined.length);
  }
  if (joins.size > 1) throw invalidRequest('You cannot combine AND and OR in one query.', { param: 'query' });
  if (clauses.length > MAX_CLAUSES)
    throw invalidRequest(`A query has up to ${MAX_CLAUSES} clauses.`, { param: 'query' });
  return joins.has('OR')
    ? (object) => clauses.some((clause) => clause(object))
    : (object) => clauses.every((clause) => clause(object));
}

function clauseOf(found: RegExpExecArray, fields: readonly string[]): Predicate {
  const [, minus, field = '', , key, operator = ':', double, single, bare] = found;
  const name = key === undefined ? field : `${field}[]`;
  if (!fields.includes(name)) {
    throw invalidRequest(`Field \`${field}\` is an unsupported search field for this resource.`, { param: 'query' });
  }
  const quoted = double ?? single;
  const value = quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1');
  const isNull = quoted === undefined && value === 'null';
  const path = key === undefined ? field.split('.') : [field, key];
  return (object) => {
    const actual = valueAt(object, path);
    const holds = isNull ? actual === undefined || actual === null : compare(actual, operator, value);
    return holds !== (minus === '-');
  };
}

function valueAt(object: object, path: readonly string[]): unknown {
  let value: unknown = object;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function compare(actual: unknown, operator: string, wanted: string): boolean {
  if (actual === undefined || actual === null) return false;
  const [left, right] = [String(actual).toLowerCase(), wanted.toLowerCase()];
  switch (operator) {
    case ':':
      return left === right;
    case '~':
      return left.includes(right);
    case '>':
      return Number(actual) > Number(wanted);
    case '<':
      return Number(actual) < Number(wanted);
    case '>=':
      return Number(actual) >= Number(wanted);
    default:
      return Number(actual) <= Number(wanted);
  }
}

function unreadable(query: string) {
  return invalidRequest(
    `We were unable to parse your search query: ${query.slice(0, 200)}. Try using the format \`metadata["key"]:"value"\` to query for metadata or key:"value" to query for other fields.`,
    { param: 'query' },
  );
}
