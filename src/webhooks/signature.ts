import type { KeyObject } from 'node:crypto';
import { createHash, createHmac, createVerify, timingSafeEqual, verify } from 'node:crypto';
import { verifyingKey } from './keys.ts';
import type { EcdsaSignature, Ed25519Signature, HmacSignature, RsaSignature, SignatureMethod } from './scheme.ts';
import type { SignedContent } from './signed-content.ts';
import { writeSigned } from './signed-content.ts';

/** What is compared with the signatures of a delivery. */
export interface Signer {
  readonly secret: string;
  /** The key, where a certificate holds it. */
  readonly certificateKey?: KeyObject | undefined;
}

/** Whether one of the candidates is the signature of the content. Undefined when the secret is no key of the method's kind. */
export function matchesSignature(
  method: SignatureMethod,
  candidates: readonly string[],
  { secret, certificateKey }: Signer,
  content: SignedContent | undefined,
): boolean | undefined {
  if (method.algorithm === 'token') return matchesToken(encodeToken(method.encoding, secret), candidates);
  const key = method.algorithm === 'rsa-sha256' ? certificateKey : verifyingKey(method, secret);
  if (key === undefined) return undefined;
  if (content === undefined) return false;
  return isHmac(method)
    ? matchesHmac(method, candidates, key, content, secret)
    : matchesPublicKey(method, candidates, key, content, secret);
}

function isHmac(method: SignatureMethod): method is HmacSignature {
  return method.algorithm === 'hmac-sha256' || method.algorithm === 'hmac-sha1';
}

/** Tokens are hashed first, so that the time taken tells nothing of their length. */
function matchesToken(expected: string, candidates: readonly string[]): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return candidates.some((candidate) => timingSafeEqual(digest(candidate), digest(expected)));
}

export function encodeToken(encoding: 'utf8' | 'base64', secret: string): string {
  return Buffer.from(secret).toString(encoding);
}

export function hmacText(
  { algorithm, encoding }: HmacSignature,
  key: KeyObject,
  content: SignedContent,
  url: string,
  secret: string,
): string {
  const hash = algorithm === 'hmac-sha256' ? 'sha256' : 'sha1';
  return writeSigned(createHmac(hash, key), content, url, secret).digest(encoding);
}

function matchesHmac(
  method: HmacSignature,
  candidates: readonly string[],
  key: KeyObject,
  content: SignedContent,
  secret: string,
): boolean {
  for (const url of content.urls) {
    // Compared as text: Node's hex and base64 decoders skip or truncate what they do not know, and would let several texts pass.
    const expected = Buffer.from(hmacText(method, key, content, url, secret));
    for (const candidate of candidates) {
      const given = Buffer.from(candidate);
      if (given.length === expected.length && timingSafeEqual(given, expected)) return true;
    }
  }
  return false;
}

function matchesPublicKey(
  { algorithm, encoding }: EcdsaSignature | Ed25519Signature | RsaSignature,
  candidates: readonly string[],
  key: KeyObject,
  content: SignedContent,
  secret: string,
): boolean {
  return candidates.some((candidate) => {
    const signature = Buffer.from(candidate, encoding);
    if (signature.toString(encoding) !== candidate) return false;
    return content.urls.some((url) =>
      algorithm === 'ed25519'
        ? verify(null, signedBytes(content, url, secret), key, signature)
        : writeSigned(createVerify('sha256'), content, url, secret).verify(key, signature),
    );
  });
}

/** Ed25519 hashes its input twice and so cannot take it in pieces. */
export function signedBytes(content: SignedContent, url: string, secret: string): Buffer {
  const pieces: Buffer[] = [];
  const sink = { update: (data: string | Buffer) => pieces.push(Buffer.from(data)) };
  writeSigned(sink, content, url, secret);
  return Buffer.concat(pieces);
}
