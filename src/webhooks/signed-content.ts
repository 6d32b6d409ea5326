import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Delivery } from './delivery.ts';
import { Received } from './delivery.ts';
import type { SignedPart, WebhookScheme } from './scheme.ts';
import { equivalentUrls } from './url-forms.ts';

/** What signed parts stand for in one delivery. */
export interface SignedContent {
  readonly parts: readonly SignedPart[];
  /** As sent; empty where the scheme has none. */
  readonly timestamp: string;
  readonly id: string;
  readonly body: Buffer;
  /** Any of these texts may have been signed; one empty text where the URL is not. */
  readonly urls: readonly string[];
  /** The sorted fields of a form. */
  readonly form: string;
}

/** A larger form is not read: sorting costs more than hashing. In bytes. */
const MAX_FORM_BYTES = 256 * 1024;
const NO_URLS: readonly string[] = [''];

/** Undefined when the delivery contradicts itself: its URL carries the digest of another body, or its form is too large to be read. */
export function signedContent(
  scheme: WebhookScheme,
  { timestamp, id }: { timestamp: string; id: string },
  delivery: Delivery,
): SignedContent | undefined {
  const { body, url } = delivery;
  const parts = scheme.signed;
  const form = parts.includes('form') ? readForm(scheme, delivery) : '';
  if (form === undefined) return undefined;
  return { parts, timestamp, id, body, urls: url === undefined ? NO_URLS : urlsOf(scheme, url), form };
}

function urlsOf({ signed, url: comparison }: WebhookScheme, url: string): readonly string[] {
  if (!signed.includes('url')) return NO_URLS;
  return comparison === 'equivalent' ? equivalentUrls(url) : [url];
}

function readForm({ bodyDigest }: WebhookScheme, delivery: Delivery): string | undefined {
  const digests = bodyDigest && new Received({ ...delivery, headers: {} }).values(bodyDigest);
  if (digests === undefined) return sortedForm(delivery.body);
  return digests[0] === sha256(delivery.body) ? '' : undefined;
}

export function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

/** A form as it is signed: the same for any order of its fields. Undefined where it is too large. */
export function sortedForm(body: Buffer): string | undefined {
  if (body.length > MAX_FORM_BYTES) return undefined;
  const fields = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    const values = fields.get(name);
    if (values === undefined) fields.set(name, new Set([value]));
    else values.add(value);
  }
  const names = [...fields.keys()].sort();
  return names
    .map((name) =>
      [...(fields.get(name) ?? [])]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('');
}

interface Sink {
  update(data: string | Buffer): unknown;
}

/** Writes the signed bytes into a hash without copying the body. */
export function writeSigned<T extends Sink>(sink: T, content: SignedContent, url: string, secret: string): T {
  let text = '';
  for (const part of content.parts) {
    if (part !== 'body') {
      text += textOf(part, content, url, secret);
      continue;
    }
    if (text !== '') sink.update(text);
    text = '';
    sink.update(content.body);
  }
  if (text !== '') sink.update(text);
  return sink;
}

function textOf(part: Exclude<SignedPart, 'body'>, content: SignedContent, url: string, secret: string): string {
  if (typeof part === 'object') return part.text;
  switch (part) {
    case 'timestamp':
    case 'id':
    case 'form':
      return content[part];
    case 'url':
      return url;
    case 'crc32':
      return String(crc32(content.body));
    case 'secret':
      return secret;
  }
}
