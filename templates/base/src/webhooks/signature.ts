import type { KeyObject } from 'node:crypto';
import { createHash, createHmac, createPublicKey, createVerify, timingSafeEqual, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import type { Place } from './delivery.js';
import { readPlaces } from './delivery.js';

export interface Delivery {
  headers: IncomingHttpHeaders;
  /** The very bytes received. */
  body: Buffer;
  /** As the provider called it. */
  url: string;
}

export type SignedPart = 'timestamp' | 'id' | 'body' | 'url' | 'form' | 'crc32' | { text: string };

export interface SignatureMethod {
  algorithm: 'hmac-sha256' | 'hmac-sha1' | 'ecdsa-p256' | 'ed25519' | 'token';
  /** What the secret's text is. Absent for tokens. */
  key?: 'utf8' | 'base64' | 'hex' | 'spki';
  secretPrefix?: string;
  encoding: 'hex' | 'base64' | 'utf8';
  at: readonly Place[];
}

/** How the provider signs, as data. */
export interface WebhookScheme {
  /** Strongest first; the first that a delivery carries decides, together with others of its algorithm. */
  signatures: readonly SignatureMethod[];
  signed: readonly SignedPart[];
  timestamp?: { at: readonly Place[]; format?: 'milliseconds' | 'iso-8601'; toleranceS?: number };
  id?: readonly Place[];
  bodyDigest?: Place;
  event: { id: readonly Place[]; type: readonly Place[] };
}

export type Verdict =
  | { valid: true }
  | { valid: false; reason: 'missing_signature' | 'malformed' | 'signature_mismatch' | 'too_old_or_new' };

/** Whether one of the secrets made the signature, and recently. Never throws on what a stranger sent. */
export function verifyWebhook(
  scheme: WebhookScheme,
  delivery: Delivery,
  secrets: readonly string[],
  nowMs = Date.now(),
): Verdict {
  const carried = scheme.signatures
    .filter((method) => hasKeyFor(method, secrets))
    .map((method) => ({ method, candidates: readPlaces(method.at, delivery) ?? [] }))
    .filter(({ candidates }) => candidates.length > 0);
  if (carried[0] === undefined) return { valid: false, reason: 'missing_signature' };
  const { algorithm } = carried[0].method;
  const texts = signedTexts(scheme, delivery);
  if (texts === undefined) return { valid: false, reason: 'malformed' };
  const isGood = carried.some(
    ({ method, candidates }) =>
      method.algorithm === algorithm &&
      secrets.some((secret) => texts.some((text) => matches(method, secret, text, candidates))),
  );
  if (!isGood) return { valid: false, reason: 'signature_mismatch' };
  return isFresh(scheme, delivery, nowMs) ? { valid: true } : { valid: false, reason: 'too_old_or_new' };
}

/** Where a scheme has several methods, their secrets differ by prefix. */
function hasKeyFor({ algorithm, secretPrefix = '' }: SignatureMethod, secrets: readonly string[]): boolean {
  return algorithm !== 'ed25519' || secrets.some((secret) => secret.startsWith(secretPrefix));
}

function isFresh({ timestamp }: WebhookScheme, delivery: Delivery, nowMs: number): boolean {
  if (timestamp?.toleranceS === undefined) return true;
  const value = readPlaces(timestamp.at, delivery)?.[0] ?? '';
  const sentMs = timestamp.format === 'iso-8601' ? Date.parse(value) : toMilliseconds(value, timestamp.format);
  // Both directions, and written so that NaN refuses.
  return Math.abs(nowMs - sentMs) <= timestamp.toleranceS * 1000 + 999;
}

function toMilliseconds(value: string, format: 'milliseconds' | undefined): number {
  return /^\d{1,15}$/.test(value) ? Number(value) * (format === 'milliseconds' ? 1 : 1000) : Number.NaN;
}

/** What may have been signed: several texts where the provider's form of the URL is not certain. Undefined when a part is missing. */
function signedTexts(scheme: WebhookScheme, delivery: Delivery): readonly Buffer[] | undefined {
  const timestamp = scheme.signed.includes('timestamp') ? single(scheme.timestamp?.at, delivery) : '';
  const id = scheme.signed.includes('id') ? single(scheme.id, delivery) : '';
  const form = scheme.signed.includes('form') ? signedForm(scheme, delivery) : '';
  if (timestamp === undefined || id === undefined || form === undefined) return undefined;
  const urls = scheme.signed.includes('url') ? urlForms(delivery.url) : [''];
  const bytesOf = (part: SignedPart, url: string): Buffer => {
    if (part === 'body') return delivery.body;
    if (part === 'crc32') return Buffer.from(String(crc32(delivery.body)));
    if (typeof part === 'object') return Buffer.from(part.text);
    return Buffer.from({ timestamp, id, form, url }[part]);
  };
  return urls.map((url) => Buffer.concat(scheme.signed.map((part) => bytesOf(part, url))));
}

function single(at: readonly Place[] | undefined, delivery: Delivery): string | undefined {
  const values = at && readPlaces(at, delivery);
  return values?.length === 1 ? values[0] : undefined;
}

/** The sorted fields of a form; nothing where the URL carries the digest of the body instead, which then has to fit. */
function signedForm({ bodyDigest }: WebhookScheme, delivery: Delivery): string | undefined {
  const digest = bodyDigest && readPlaces([bodyDigest], delivery)?.[0];
  if (digest !== undefined) {
    return digest === createHash('sha256').update(delivery.body).digest('hex') ? '' : undefined;
  }
  const fields = new Set<string>();
  for (const [name, value] of new URLSearchParams(delivery.body.toString('utf8'))) fields.add(`${name}\0${value}`);
  return [...fields]
    .sort()
    .map((field) => field.replace('\0', ''))
    .join('');
}

/** With and without the default port: providers differ in what they sign. */
function urlForms(url: string): readonly string[] {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.port !== '') return [url];
  const port = parsed.protocol === 'https:' ? ':443' : ':80';
  return [url, url.replace(parsed.host, parsed.host + port)];
}

function matches(method: SignatureMethod, secret: string, text: Buffer, candidates: readonly string[]): boolean {
  const { algorithm, encoding } = method;
  if (algorithm === 'token')
    return candidates.some((candidate) => sameText(candidate, Buffer.from(secret).toString(encoding)));
  if (algorithm === 'hmac-sha256' || algorithm === 'hmac-sha1') {
    const key = keyBytes(method, secret);
    if (key.length === 0) return false;
    const expected = createHmac(algorithm === 'hmac-sha1' ? 'sha1' : 'sha256', key)
      .update(text)
      .digest(encoding === 'hex' ? 'hex' : 'base64');
    return candidates.some((candidate) => sameText(candidate, expected));
  }
  const key = publicKey(method, secret);
  return key !== undefined && candidates.some((candidate) => verifies(method, key, text, candidate));
}

/** In constant time. Hashed first, so that lengths may differ. */
function sameText(given: string, expected: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function verifies({ algorithm, encoding }: SignatureMethod, key: KeyObject, text: Buffer, candidate: string): boolean {
  const signature = Buffer.from(candidate, encoding);
  // Node's decoders skip what they do not know: only one text may stand for one signature.
  if (signature.toString(encoding) !== candidate) return false;
  if (algorithm === 'ed25519') return verify(null, text, key, signature);
  return createVerify('sha256').update(text).verify(key, signature);
}

function keyBytes({ key, secretPrefix = '' }: SignatureMethod, secret: string): Buffer {
  if (key === 'utf8') return Buffer.from(secret);
  const text = secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret;
  return Buffer.from(text, key === 'hex' ? 'hex' : 'base64');
}

/** ASN.1 before the 32 bytes of an Ed25519 key (RFC 8410). */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Undefined when the secret is no such key. */
function publicKey(method: SignatureMethod, secret: string): KeyObject | undefined {
  try {
    const der =
      method.algorithm === 'ed25519'
        ? Buffer.concat([ED25519_PREFIX, keyBytes(method, secret)])
        : Buffer.from(secret.replace(/-----[A-Z ]{1,40}-----|\\n/g, ''), 'base64');
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
