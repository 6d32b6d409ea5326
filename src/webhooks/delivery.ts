import type { HeaderValue, JsonValue, ValueSource, WebhookScheme } from './scheme.ts';

/** As Node's HTTP server gives them, or in any other case. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What was received: the body must be the very bytes, before anything parsed them. */
export interface Delivery {
  readonly headers: WebhookHeaders;
  readonly body: Buffer;
}

/** What a delivery says it is about. Readable without a secret, so no more trustworthy than the verdict on its signature. */
export interface EventFacts {
  readonly eventId: string | undefined;
  readonly eventType: string | undefined;
}

/** Longest header line that is read, in characters, which are bytes here. */
export const MAX_HEADER_LENGTH = 8192;
/** Most values that are read from one header: each is compared. */
export const MAX_HEADER_VALUES = 16;

/** Identifiers as providers make them; anything else, such as prose, is foreign text that nobody should be shown as a fact. */
const IDENTIFIER = /^[\w.:/+=@-]{1,255}$/;

/**
 * The values in a header, without prefix and surrounding blanks. Undefined when the header is absent; empty when it holds no value of
 * that form, more than the limits allow, or comes twice without being a list.
 */
export function readHeader(headers: WebhookHeaders, at: HeaderValue): readonly string[] | undefined {
  const lines = headerLines(headers, at.header);
  if (lines === undefined) return undefined;
  if (lines.length > (at.separator === undefined ? 1 : MAX_HEADER_VALUES)) return [];
  const values: string[] = [];
  for (const line of lines) {
    if (typeof line !== 'string' || line.length > MAX_HEADER_LENGTH) return [];
    addValues(values, line, at);
  }
  return values.length > MAX_HEADER_VALUES ? [] : values;
}

function headerLines(headers: WebhookHeaders, name: string): readonly string[] | undefined {
  const value = headers[name] ?? headers[Object.keys(headers).find((key) => key.toLowerCase() === name) ?? name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value : undefined;
}

function addValues(values: string[], line: string, { separator, prefix = '' }: HeaderValue): void {
  for (const entry of separator === undefined ? [line] : line.split(separator)) {
    const text = entry.trim();
    if (text.startsWith(prefix) && text.length > prefix.length) values.push(text.slice(prefix.length));
  }
}

/** Never throws; what is missing, not JSON or no identifier is undefined. */
export function readEvent(scheme: WebhookScheme, { headers, body }: Delivery): EventFacts {
  const { id, type } = scheme.event;
  const document = [...id, ...type].some((source) => 'json' in source) ? parseJson(body) : undefined;
  const read = (sources: readonly ValueSource[]) => {
    const found = sources.map((source) =>
      'json' in source ? readJson(document, source) : readHeader(headers, source)?.[0],
    );
    return found.find((value): value is string => typeof value === 'string' && IDENTIFIER.test(value));
  };
  return { eventId: read(id), eventType: read(type) };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function readJson(document: unknown, source: JsonValue): unknown {
  let value = document;
  for (const step of source.json) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
