import { brotliDecompressSync, unzipSync } from 'node:zlib';
import { parseJson } from '../core/parse-json.ts';
import { JSON_ESCAPES, JSON_LAYOUTS, LAYOUT_NAMES } from './json-layout.ts';

/** Larger bodies are not transformed, and nothing is unpacked beyond it. In bytes. */
export const MAX_VARIANT_BYTES = 1024 * 1024;

export type BodyCause =
  | 'line_end_lost'
  | 'line_end_added'
  | 'line_ends_changed'
  | 'bom_added'
  | 'bom_removed'
  | 'base64_body'
  | 'compressed_body'
  | 'json_in_string'
  | 'json_reserialised'
  | 'form_reserialised'
  | 'charset_changed';

/** What the sender may have signed, if the cause is what happened on the way to the handler. */
export interface BodyVariant {
  readonly cause: BodyCause;
  readonly body: Buffer;
  /** How the JSON was laid out, for people. */
  readonly layout?: string;
}

/** The three bytes of a byte order mark, as they look in Latin-1. */
const BOM = '\u00ef\u00bb\u00bf';

/** Bodies that may have become this one, the likeliest first. Never throws; at most a hundred and a half. */
export function* bodyVariants(body: Buffer): Generator<BodyVariant> {
  if (body.length > MAX_VARIANT_BYTES) return;
  // One character per byte, so that every byte survives.
  const bytes = body.toString('latin1');
  yield* lineVariants(bytes);
  if (bytes.startsWith(BOM)) yield { cause: 'bom_added', body: body.subarray(BOM.length) };
  else yield latin1('bom_removed', BOM + bytes);
  yield* packedVariants(body, bytes);
  const document = parseJson(bytes.startsWith(BOM) ? body.subarray(BOM.length) : body);
  if (typeof document === 'string') yield { cause: 'json_in_string', body: Buffer.from(document) };
  if (typeof document === 'object' && document !== null) yield* jsonVariants(document);
  yield* formVariants(document, bytes);
  yield latin1('charset_changed', body.toString('utf8'));
  yield { cause: 'charset_changed', body: Buffer.from(bytes, 'utf8') };
}

function latin1(cause: BodyCause, text: string): BodyVariant {
  return { cause, body: Buffer.from(text, 'latin1') };
}

function* lineVariants(bytes: string): Generator<BodyVariant> {
  yield latin1('line_end_lost', `${bytes}\n`);
  yield latin1('line_end_lost', `${bytes}\r\n`);
  yield latin1('line_end_added', bytes.replace(/\r?\n$/, ''));
  yield latin1('line_end_added', bytes.trimEnd());
  if (!bytes.includes('\n')) return;
  yield latin1('line_ends_changed', bytes.replaceAll('\r\n', '\n'));
  yield latin1('line_ends_changed', bytes.replace(/\r?\n/g, '\r\n'));
}

function* packedVariants(body: Buffer, bytes: string): Generator<BodyVariant> {
  const decoded = /^[A-Za-z0-9+/_\s-]+={0,2}$/.test(bytes.trimEnd()) ? Buffer.from(bytes, 'base64') : undefined;
  if (decoded !== undefined) yield { cause: 'base64_body', body: decoded };
  for (const packed of [body, decoded]) {
    const unpacked = packed && unpack(packed);
    if (unpacked !== undefined) yield { cause: 'compressed_body', body: unpacked };
  }
}

/** Gzip, deflate or Brotli; undefined when it is none of them, or too large. */
function unpack(packed: Buffer): Buffer | undefined {
  for (const decompress of [unzipSync, brotliDecompressSync]) {
    try {
      return decompress(packed, { maxOutputLength: MAX_VARIANT_BYTES });
    } catch {
      // Packed in another way, or not at all.
    }
  }
  return undefined;
}

const LAYOUTS = Object.keys(JSON_LAYOUTS) as (keyof typeof JSON_LAYOUTS)[];

/** The same data in the ways in which senders write JSON. */
function* jsonVariants(document: object): Generator<BodyVariant> {
  const seen = new Set<string>();
  for (const { name, text } of writeAll(document)) {
    for (const escaped of JSON_ESCAPES) {
      const written = escaped(text);
      if (seen.has(written)) continue;
      seen.add(written);
      for (const end of ['', '\n', '\r\n']) {
        yield { cause: 'json_reserialised', body: Buffer.from(written + end), layout: name };
      }
    }
  }
}

function* writeAll(document: object): Generator<{ name: string; text: string }> {
  try {
    const sorted = sortKeys(document) as object;
    for (const layout of LAYOUTS) yield { name: LAYOUT_NAMES[layout], text: JSON_LAYOUTS[layout](document) };
    for (const layout of LAYOUTS) {
      yield { name: `${LAYOUT_NAMES[layout]}, keys sorted`, text: JSON_LAYOUTS[layout](sorted) };
    }
  } catch {
    // Nested so deeply that it cannot be written: no sender made it.
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

/** Parsed form fields written again, as a form or as JSON. */
function* formVariants(document: unknown, bytes: string): Generator<BodyVariant> {
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
    const fields = Object.entries(document).filter((field): field is [string, string] => typeof field[1] === 'string');
    yield latin1('form_reserialised', new URLSearchParams(fields).toString());
  } else if (/^[\w.~*+%-]+=[^\s]*$/.test(bytes)) {
    yield latin1('form_reserialised', new URLSearchParams(bytes).toString());
  }
}
