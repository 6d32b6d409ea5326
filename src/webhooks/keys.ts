import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, createSecretKey } from 'node:crypto';
import type { EcdsaSignature, Ed25519Signature, HmacSignature, RsaSignature, SignatureMethod } from './scheme.ts';

type KeyedMethod = HmacSignature | EcdsaSignature | Ed25519Signature;

/** ASN.1 that stands before the 32 bytes of an Ed25519 key: https://www.rfc-editor.org/rfc/rfc8410 */
const ED25519_PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Keys by method and secret: making one takes longer than looking it up. */
const keys = new WeakMap<SignatureMethod, Map<string, KeyObject | undefined>>();
const MAX_KEYS = 64;

/** The key in a secret's text, to verify with. Undefined when it is no key of the method's kind. */
export function verifyingKey(method: KeyedMethod, secret: string): KeyObject | undefined {
  let known = keys.get(method);
  if (known === undefined) {
    known = new Map();
    keys.set(method, known);
  }
  const found = known.get(secret);
  if (found !== undefined || known.has(secret)) return found;
  if (known.size >= MAX_KEYS) known.clear();
  const key = parseKey(() => parseVerifyingKey(method, secret));
  known.set(secret, key);
  return key;
}

function parseVerifyingKey(method: KeyedMethod, secret: string): KeyObject | undefined {
  switch (method.algorithm) {
    case 'ecdsa-p256': {
      const key = createPublicKey({ key: derOf(secret), format: 'der', type: 'spki' });
      return isP256(key) ? key : undefined;
    }
    case 'ed25519': {
      const bytes = prefixedBytes(method, secret, method.secretPrefix);
      if (bytes?.length !== 32) return undefined;
      return createPublicKey({ key: Buffer.concat([ED25519_PUBLIC, bytes]), format: 'der', type: 'spki' });
    }
    default: {
      const bytes = hmacBytes(method, secret);
      return bytes && createSecretKey(bytes);
    }
  }
}

function hmacBytes({ key, secretPrefix = '' }: HmacSignature, secret: string): Buffer | undefined {
  if (key === 'utf8') return Buffer.from(secret);
  return decodeStrictly(secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret, key);
}

/** Node's own decoders pass over what they do not know, and would make a key of any text. */
function decodeStrictly(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  const same =
    encoding === 'hex' ? text.toLowerCase() === bytes.toString('hex') : unpad(text) === unpad(bytes.toString('base64'));
  return same && bytes.length > 0 ? bytes : undefined;
}

function unpad(base64: string): string {
  return base64.replace(/={1,2}$/, '');
}

/** The private key in a signing secret's text. Undefined when it is no key of the method's kind. */
export function signingKey(
  method: EcdsaSignature | Ed25519Signature | RsaSignature,
  secret: string,
): KeyObject | undefined {
  return parseKey(() => {
    if (method.algorithm === 'ed25519') return ed25519PrivateKey(method, secret);
    const pem = method.algorithm === 'rsa-sha256' ? secret.slice(Math.max(secret.indexOf('-----BEGIN'), 0)) : secret;
    const key = createPrivateKey({ key: derOf(pem), format: 'der', type: 'pkcs8' });
    const fits = method.algorithm === 'rsa-sha256' ? key.asymmetricKeyType === 'rsa' : isP256(key);
    return fits ? key : undefined;
  });
}

function ed25519PrivateKey(method: Ed25519Signature, secret: string): KeyObject | undefined {
  const bytes = prefixedBytes(method, secret, method.signingPrefix);
  // The seed, or the seed and the public key after it.
  if (bytes?.length !== 32 && bytes?.length !== 64) return undefined;
  const seed = bytes.subarray(0, 32);
  return createPrivateKey({ key: Buffer.concat([ED25519_PRIVATE, seed]), format: 'der', type: 'pkcs8' });
}

function prefixedBytes({ key }: Ed25519Signature, secret: string, prefix = ''): Buffer | undefined {
  return secret.startsWith(prefix) ? decodeStrictly(secret.slice(prefix.length), key) : undefined;
}

/** What OpenSSL says of a text that is no key is not repeated: the text may be a secret. */
function parseKey(parse: () => KeyObject | undefined): KeyObject | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

/** The bytes of a key given as base64 DER or as PEM, whose line ends may be a literal `\n` as in .env files. */
function derOf(text: string): Buffer {
  return Buffer.from(text.replace(/-----[A-Z ]{1,40}-----|\\n/g, ''), 'base64');
}

function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}
