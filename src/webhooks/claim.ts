import { isCertificateUrl } from './certificate.ts';
import type { Delivery, WebhookHeaders } from './delivery.ts';
import { MAX_VALUE_LENGTH, MAX_VALUES, Received } from './delivery.ts';
import type { Places, RsaSignature, SignatureMethod, ValueSource, WebhookScheme } from './scheme.ts';
import type { SignatureVerdict } from './verdict.ts';
import { refuse } from './verdict.ts';

/** What a delivery carries to prove itself, read but not yet believed. */
export interface Claim {
  /** By method, the strongest first; at least one. */
  readonly signatures: readonly { readonly method: SignatureMethod; readonly candidates: readonly string[] }[];
  /** As sent; empty where it is not signed. */
  readonly timestamp: string;
  readonly id: string;
  /** The timestamp in milliseconds since the epoch, where it is signed. */
  readonly sentMs: number | undefined;
}

/** Reads what has to be there before anything can be compared. */
export function readClaim(
  scheme: WebhookScheme,
  delivery: Delivery,
  received = new Received(delivery),
): Claim | SignatureVerdict {
  const signatures = readSignatures(scheme, received);
  if ('reason' in signatures) return signatures;
  const { signed } = scheme;
  const timestamp = signed.includes('timestamp') ? readSingle(scheme.timestamp?.at, received, 'timestamp') : '';
  if (typeof timestamp === 'object') return timestamp;
  const sentMs = timestamp === '' ? undefined : parseTime(scheme, timestamp);
  if (typeof sentMs === 'object') return sentMs;
  const id = signed.includes('id') ? readSingle(scheme.id, received, 'single value') : '';
  if (typeof id === 'object') return id;
  if (signed.includes('url') && delivery.url === undefined) {
    return refuse('missing_url', 'The provider signs the URL to which it delivers, and the URL is not given.');
  }
  const certificate = checkCertificateUrl(signatures, received);
  return certificate ?? { signatures, timestamp, id, sentMs };
}

function readSignatures({ signatures }: WebhookScheme, received: Received): Claim['signatures'] | SignatureVerdict {
  const found: { method: SignatureMethod; candidates: readonly string[] }[] = [];
  let unread: Places | undefined;
  for (const method of signatures) {
    const candidates = received.first(method.at);
    if (candidates === undefined) continue;
    if (candidates.length > 0) found.push({ method, candidates });
    else unread ??= method.at;
  }
  if (found.length > 0) return found;
  return unread === undefined ? missing(signatures[0].at) : malformed(unread, 'signature');
}

function readSingle(at: Places | undefined, received: Received, what: string): string | SignatureVerdict {
  if (at === undefined) return '';
  const values = received.first(at);
  if (values === undefined) return missing(at);
  const [value] = values;
  return value !== undefined && values.length === 1 ? value : malformed(at, what);
}

/** When a delivery was sent, in milliseconds since the epoch; undefined where the scheme does not say. */
export function readTime(scheme: WebhookScheme, received: Received): number | SignatureVerdict | undefined {
  if (scheme.timestamp === undefined) return undefined;
  const text = readSingle(scheme.timestamp.at, received, 'timestamp');
  return typeof text === 'object' ? text : parseTime(scheme, text);
}

function parseTime({ timestamp }: WebhookScheme, text: string): number | SignatureVerdict | undefined {
  if (timestamp === undefined) return undefined;
  if (timestamp.format === 'iso-8601') {
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text);
    return isTime && Number.isFinite(Date.parse(text)) ? Date.parse(text) : malformed(timestamp.at, 'time in ISO 8601');
  }
  const isMilliseconds = timestamp.format === 'milliseconds';
  if (/^\d{1,15}$/.test(text)) return Number(text) * (isMilliseconds ? 1 : 1000);
  return malformed(timestamp.at, `timestamp in whole ${isMilliseconds ? 'milliseconds' : 'seconds'}`);
}

function checkCertificateUrl(signatures: Claim['signatures'], received: Received): SignatureVerdict | undefined {
  for (const { method } of signatures) {
    if (method.algorithm !== 'rsa-sha256') continue;
    const text = readSingle(method.certificate, received, 'URL');
    if (typeof text === 'object') return text;
    if (trustedUrl(text, method) === undefined) {
      return refuse('untrusted_certificate', `The address of the certificate is not one at ${method.domain}.`);
    }
  }
  return undefined;
}

function trustedUrl(text: string, method: RsaSignature): URL | undefined {
  const url = URL.parse(text);
  return url !== null && isCertificateUrl(url, method) ? url : undefined;
}

/** The address of the certificate that a delivery names, where its scheme uses one and the place can be trusted. */
export function certificateUrl({ signatures }: WebhookScheme, headers: WebhookHeaders): URL | undefined {
  const received = new Received({ headers, body: Buffer.alloc(0) });
  for (const method of signatures) {
    if (method.algorithm !== 'rsa-sha256') continue;
    const url = trustedUrl(received.first(method.certificate)?.[0] ?? '', method);
    if (url !== undefined) return url;
  }
  return undefined;
}

function missing([at]: Places): SignatureVerdict {
  return refuse('header' in at ? 'missing_header' : 'missing_field', `The delivery has no ${describe(at)}.`);
}

function malformed([at]: Places, what: string): SignatureVerdict {
  if (!('header' in at)) return refuse('malformed_field', `The ${describe(at)} must hold a ${what}.`);
  const form = at.prefix === undefined ? '' : ` after ${at.prefix}`;
  const limits = `at most ${MAX_VALUES} values and ${MAX_VALUE_LENGTH} characters`;
  return refuse('malformed_header', `The ${describe(at)} must hold a ${what}${form}, ${limits}.`);
}

function describe(at: ValueSource): string {
  if ('header' in at) return `${at.header} header`;
  return 'json' in at ? `field ${at.json.join('.')} in its body` : `parameter ${at.query} in its URL`;
}
