import type { KeyObject } from 'node:crypto';
import { createHmac, createPublicKey, createVerify, timingSafeEqual } from 'node:crypto';
import type { EcdsaSignature, HmacSignature, SignatureMethod, SignedPart } from './scheme.ts';

/** The values that signed parts stand for. `timestamp` is the text as sent, empty where the scheme has none. */
export interface SignedContent {
  readonly timestamp: string;
  readonly body: Buffer;
}

interface Sink {
  update(data: string | Buffer): unknown;
}

/** Writes the signed bytes into a hash without copying the body. */
export function writeSigned<T extends Sink>(sink: T, signed: readonly SignedPart[], content: SignedContent): T {
  let text = '';
  for (const part of signed) {
    if (part !== 'body') {
      text += part === 'timestamp' ? content.timestamp : part.text;
      continue;
    }
    if (text !== '') sink.update(text);
    text = '';
    sink.update(content.body);
  }
  if (text !== '') sink.update(text);
  return sink;
}

export function hmacText(
  method: HmacSignature,
  secret: string,
  signed: readonly SignedPart[],
  content: SignedContent,
): string {
  const hash = method.algorithm === 'hmac-sha256' ? 'sha256' : 'sha1';
  return writeSigned(createHmac(hash, secret), signed, content).digest(method.encoding);
}

/** Whether one of the candidates is the signature of the content. Undefined when the secret is no key of the method's kind. */
export function matchesSignature(
  method: SignatureMethod,
  candidates: readonly string[],
  secret: string,
  signed: readonly SignedPart[],
  content: SignedContent,
): boolean | undefined {
  if (method.algorithm === 'ecdsa-p256') return matchesEcdsa(method, candidates, secret, signed, content);
  // Compared as text: Node's hex and base64 decoders skip or truncate what they do not know, and would let several texts pass.
  const expected = Buffer.from(hmacText(method, secret, signed, content));
  return candidates.some((candidate) => {
    const given = Buffer.from(candidate);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function matchesEcdsa(
  method: EcdsaSignature,
  candidates: readonly string[],
  secret: string,
  signed: readonly SignedPart[],
  content: SignedContent,
): boolean | undefined {
  const key = publicKey(secret);
  if (key === undefined) return undefined;
  return candidates.some((candidate) => {
    const signature = Buffer.from(candidate, method.encoding);
    if (signature.toString(method.encoding) !== candidate) return false;
    return writeSigned(createVerify('sha256'), signed, content).verify(key, signature);
  });
}

/** Parsing a key takes longer than using it. */
const publicKeys = new Map<string, KeyObject | undefined>();
const MAX_PUBLIC_KEYS = 64;

function publicKey(text: string): KeyObject | undefined {
  if (publicKeys.has(text)) return publicKeys.get(text);
  if (publicKeys.size >= MAX_PUBLIC_KEYS) publicKeys.clear();
  const key = parsePublicKey(text);
  publicKeys.set(text, key);
  return key;
}

function parsePublicKey(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: derOf(text), format: 'der', type: 'spki' });
    return isP256(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of a key given as base64 DER or as PEM, whose line ends may be a literal `\n` as in .env files. */
export function derOf(text: string): Buffer {
  return Buffer.from(text.replace(/-----[A-Z ]{1,40}-----|\\n/g, ''), 'base64');
}

export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}
