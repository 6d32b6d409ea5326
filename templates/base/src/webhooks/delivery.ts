import type { IncomingHttpHeaders } from 'node:http';
import { isFields, parseJson } from '../utils/body.util.js';

/** Where a value is: a header (or one entry of a list in it), a path in the JSON body, or a parameter of the URL. */
export type Place =
  | { header: string; separator?: string; prefix?: string }
  | { json: readonly (string | number)[] }
  | { query: string };

interface Source {
  headers: IncomingHttpHeaders;
  body: Buffer;
  url: string;
}

/** More than any provider sends: a stranger must not make us compare for ever. */
const MAX_VALUES = 16;
const MAX_LENGTH = 8192;

/** The values at the first place that holds any; undefined when none does. */
export function readPlaces(places: readonly Place[], source: Source): readonly string[] | undefined {
  for (const place of places) {
    const values = read(place, source);
    if (values.length > 0 && values.length <= MAX_VALUES) return values;
  }
  return undefined;
}

function read(place: Place, { headers, body, url }: Source): readonly string[] {
  if ('header' in place) return headerValues(headers[place.header], place);
  if ('query' in place) return URL.parse(url)?.searchParams.getAll(place.query) ?? [];
  const value = place.json.reduce(step, parseJson(body));
  if (typeof value === 'string' && value !== '') return [value];
  return Number.isSafeInteger(value) ? [String(value)] : [];
}

function headerValues(
  header: string | string[] | undefined,
  { separator, prefix = '' }: { separator?: string; prefix?: string },
): readonly string[] {
  const text = Array.isArray(header) ? header.join(separator ?? ', ') : (header ?? '');
  if (text.length > MAX_LENGTH) return [];
  return (separator === undefined ? [text] : text.split(separator))
    .map((entry) => entry.trim())
    .filter((entry) => entry.startsWith(prefix))
    .map((entry) => entry.slice(prefix.length))
    .filter((entry) => entry !== '');
}

function step(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
