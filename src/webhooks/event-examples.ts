import { randomBytes, randomUUID } from 'node:crypto';
import { JSON_LAYOUTS } from './json-layout.ts';

/** What an example fills in, so that no two are the same event. */
export interface ExampleContext {
  /** Unix seconds at which the event happened. */
  readonly seconds: number;
  /** The same in ISO 8601, with milliseconds. */
  readonly iso: string;
  readonly uuid: () => string;
  /** Random letters and digits, for identifiers. */
  readonly text: (length: number) => string;
}

/** The parsed body of an event as its provider sends it: the fields of a form, or JSON. */
export type EventExample = (context: ExampleContext) => URLSearchParams | object;

/** One kind of event: what a handler's author needs to know, and what arrives. */
export interface EventType {
  /** When it is sent and what a handler does with it, in one or two sentences of Markdown. */
  readonly about: string;
  readonly example: EventExample;
}

/** The events of a provider that are documented, with realistic bodies, as data. */
export interface EventExamples {
  readonly layout: keyof typeof JSON_LAYOUTS;
  /** What follows the JSON. */
  readonly lineEnd?: '\r\n';
  /** Sent with every delivery beside those of the signature, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, EventType>>;
}

export interface ExampleBody {
  readonly body: Buffer;
  readonly contentType: string;
}

/**
 * The body of an example. Overrides are merged into it: objects field by field, everything else replaces what is there; in a batch they
 * are merged into each event.
 */
export function buildExample(
  { layout, lineEnd }: EventExamples,
  example: EventExample,
  overrides: Readonly<Record<string, unknown>>,
  nowMs: number,
): ExampleBody {
  const parsed = example(createContext(nowMs));
  if (parsed instanceof URLSearchParams) {
    for (const [name, value] of Object.entries(overrides)) parsed.set(name, String(value));
    return { body: Buffer.from(parsed.toString()), contentType: 'application/x-www-form-urlencoded; charset=utf-8' };
  }
  const merged = Array.isArray(parsed) ? parsed.map((event) => merge(event, overrides)) : merge(parsed, overrides);
  return {
    body: Buffer.from(JSON_LAYOUTS[layout](merged as object) + (lineEnd ?? '')),
    contentType: 'application/json; charset=utf-8',
  };
}

function merge(target: unknown, overrides: unknown): unknown {
  if (!isPlainObject(target) || !isPlainObject(overrides)) return overrides;
  const fields = Object.entries(overrides).map(([key, value]) => [
    key,
    Object.hasOwn(target, key) ? merge(target[key], value) : value,
  ]);
  return { ...target, ...Object.fromEntries(fields) };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function createContext(nowMs: number): ExampleContext {
  return {
    seconds: Math.floor(nowMs / 1000),
    iso: new Date(nowMs).toISOString(),
    uuid: randomUUID,
    text: (length) => [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join(''),
  };
}
