import { parseJson } from '../core/parse-json.ts';
import type { Certificate } from './certificate.ts';
import type { HeaderValue, JsonValue, QueryValue, ValueSource, WebhookScheme } from './scheme.ts';

/** As Node's HTTP server gives them, or in any other case. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What was received: the body must be the very bytes, before anything parsed them. */
export interface Delivery {
  readonly headers: WebhookHeaders;
  readonly body: Buffer;
  /** The address to which the provider sent it, as the provider knows it. Needed where that is signed. */
  readonly url?: string | undefined;
  /** The certificate whose address the delivery names. Needed where it holds the key. */
  readonly certificate?: Certificate | undefined;
}

/** What a delivery says it is about. Readable without a secret, so no more trustworthy than the verdict on its signature. */
export interface EventFacts {
  readonly eventId: string | undefined;
  readonly eventType: string | undefined;
}

/** Longest header line, URL or other value that is read, in characters. */
export const MAX_VALUE_LENGTH = 8192;
/** Most values that are read from one place: each is compared. */
export const MAX_VALUES = 16;

/** Identifiers as providers make them; anything else, such as prose, is foreign text that nobody should be shown as a fact. */
const IDENTIFIER = /^[\w.:/+=@-]{1,255}$/;

/** A delivery as its values are read from it; the body is parsed once, when a value inside it is asked for. */
export class Received {
  readonly #delivery: Delivery;
  #document: { value: unknown } | undefined;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  /**
   * The values at one place, without prefix and surrounding blanks. Undefined when there is nothing; empty when what is there is not of
   * that form, more than the limits allow, or twice without being a list.
   */
  values(at: ValueSource): readonly string[] | undefined {
    if ('header' in at) return readHeader(this.#delivery.headers, at);
    return 'json' in at ? this.#jsonValue(at) : readQuery(this.#delivery.url, at);
  }

  /** The values at the first place that holds something. */
  first(places: readonly ValueSource[]): readonly string[] | undefined {
    for (const at of places) {
      const values = this.values(at);
      if (values !== undefined) return values;
    }
    return undefined;
  }

  /** What is missing, not JSON or no identifier is undefined. */
  event({ event }: WebhookScheme): EventFacts {
    return { eventId: this.#identifier(event.id), eventType: this.#identifier(event.type) };
  }

  #identifier(places: readonly ValueSource[]): string | undefined {
    for (const at of places) {
      const value = this.values(at)?.[0];
      if (value !== undefined && IDENTIFIER.test(value)) return value;
    }
    return undefined;
  }

  #jsonValue({ json }: JsonValue): readonly string[] | undefined {
    this.#document ??= { value: parseJson(this.#delivery.body) };
    let value = this.#document.value;
    for (const step of json) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Record<string | number, unknown>)[step];
    }
    const text = Number.isSafeInteger(value) ? String(value) : value;
    return typeof text === 'string' && text !== '' && text.length <= MAX_VALUE_LENGTH ? [text] : [];
  }
}

function readHeader(headers: WebhookHeaders, at: HeaderValue): readonly string[] | undefined {
  const lines = headerLines(headers, at.header);
  if (lines === undefined) return undefined;
  if (lines.length > (at.separator === undefined ? 1 : MAX_VALUES)) return [];
  const values: string[] = [];
  for (const line of lines) {
    if (typeof line !== 'string' || line.length > MAX_VALUE_LENGTH) return [];
    addValues(values, line, at);
  }
  return values.length > MAX_VALUES ? [] : values;
}

/** The lines of a header, its name in lower case. */
export function headerLines(headers: WebhookHeaders, name: string): readonly string[] | undefined {
  const key = Object.hasOwn(headers, name) ? name : findKey(headers, name);
  const value = key === undefined ? undefined : headers[key];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : undefined;
}

/** A header as it is written in these headers, given its name in lower case. */
function findKey(headers: WebhookHeaders, name: string): string | undefined {
  for (const key in headers) {
    if (key.length === name.length && key.toLowerCase() === name && Object.hasOwn(headers, key)) return key;
  }
  return undefined;
}

/** Walks through the list instead of splitting it: most entries are not the ones looked for. */
function addValues(values: string[], line: string, { separator, prefix = '' }: HeaderValue): void {
  let start = 0;
  while (start <= line.length) {
    const next = separator === undefined ? -1 : line.indexOf(separator, start);
    const end = next === -1 ? line.length : next;
    const text = line.slice(start, end).trimStart();
    if (text.startsWith(prefix)) addValue(values, text.slice(prefix.length).trimEnd());
    start = end + 1;
  }
}

function addValue(values: string[], value: string): void {
  if (value !== '') values.push(value);
}

function readQuery(url: string | undefined, { query }: QueryValue): readonly string[] | undefined {
  if (url === undefined || url.length > MAX_VALUE_LENGTH) return undefined;
  const values = URL.parse(url)?.searchParams.getAll(query) ?? [];
  if (values.length === 0) return undefined;
  return values.length > 1 || values[0] === '' ? [] : values;
}
