import { createSign, randomUUID, sign } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { parseJson } from '../core/parse-json.ts';
import { DraftDelivery } from './draft-delivery.ts';
import { signingKey, verifyingKey } from './keys.ts';
import type { SignatureMethod, WebhookScheme } from './scheme.ts';
import { encodeToken, hmacText, signedBytes } from './signature.ts';
import type { SignedContent } from './signed-content.ts';
import { sha256, signedContent, writeSigned } from './signed-content.ts';

export interface SignInput {
  readonly body: Buffer;
  /**
   * What the provider holds: for HMAC and tokens the same text as the receiver; for ECDSA the private key (PKCS#8, base64 DER or PEM)
   * of the public key that the receiver holds; for Ed25519 the private key as the scheme encodes it; for RSA the receiver's text
   * followed by the private key of the certificate (PKCS#8, PEM).
   */
  readonly secret: string;
  /** Milliseconds since the epoch; sent in the scheme's format. */
  readonly timestampMs: number;
  /** The event's id, where it is sent outside the body. A scheme that signs one gets a random one by default. */
  readonly id?: string | undefined;
  /** The event's type, where it is sent outside the body. */
  readonly type?: string | undefined;
  /** The address to which it goes, where that is signed or carries the secret. */
  readonly url?: string | undefined;
}

/** What a provider would send. The body is the one given, byte for byte, unless the scheme keeps values in it. */
export interface SignedDelivery {
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  readonly url: string | undefined;
}

/** The delivery of this body as a provider would sign it. Throws `invalid_input` for what cannot be signed. */
export function signWebhook(scheme: WebhookScheme, input: SignInput): SignedDelivery {
  if (input.secret === '') {
    throw new AppError('invalid_input', 'The signing secret is empty.', {
      hint: 'Sign with the secret that the receiver verifies with; for public keys with the private key.',
    });
  }
  const draft = new DraftDelivery(input.body, input.url);
  const timestamp = formatTime(scheme, input.timestampMs);
  const id = scheme.id === undefined ? '' : (input.id ?? randomUUID());
  describeEvent(scheme, input, id, draft);
  if (scheme.timestamp !== undefined) {
    draft.put(scheme.timestamp.at[0], scheme.timestamp.format === 'milliseconds' ? Number(timestamp) : timestamp);
  }
  if (scheme.bodyDigest !== undefined && parseJson(draft.body) !== undefined) {
    draft.put(scheme.bodyDigest, sha256(draft.body));
  }
  putSignatures(scheme, input.secret, contentOf(scheme, { timestamp, id }, draft), draft);
  return { headers: draft.headers, body: draft.body, url: draft.url };
}

function formatTime({ timestamp }: WebhookScheme, ms: number): string {
  if (timestamp?.format === 'milliseconds') return String(Math.floor(ms));
  const seconds = Math.floor(ms / 1000);
  return timestamp?.format === 'iso-8601'
    ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
    : String(seconds);
}

function describeEvent(scheme: WebhookScheme, input: SignInput, id: string, draft: DraftDelivery): void {
  if (scheme.id !== undefined) draft.put(scheme.id[0], id);
  const places = [
    [scheme.event.id[0], scheme.id === undefined ? input.id : undefined],
    [scheme.event.type[0], input.type],
  ] as const;
  for (const [at, value] of places) {
    if (at !== undefined && value !== undefined && 'header' in at) draft.put(at, value);
  }
}

function contentOf(
  scheme: WebhookScheme,
  claim: { timestamp: string; id: string },
  { body, url }: DraftDelivery,
): SignedContent {
  if (scheme.signed.includes('url') && url === undefined) {
    throw new AppError('invalid_input', 'This provider signs the URL to which it delivers.', {
      hint: 'Give url: the address as it is configured at the provider, for instance https://example.com/webhooks.',
    });
  }
  const content = signedContent(scheme, claim, { headers: {}, body, url });
  if (content !== undefined) return { ...content, urls: [url ?? ''] };
  throw new AppError('invalid_input', 'The form is too large, or the URL already carries the digest of another body.', {
    hint: 'Give a smaller body, and the URL without a digest.',
  });
}

function putSignatures(scheme: WebhookScheme, secret: string, content: SignedContent, draft: DraftDelivery): void {
  const sent = new Set<string>();
  for (const method of scheme.signatures) {
    // Methods of the same algorithm are alternatives; others are sent beside each other.
    const text = sent.has(method.algorithm) ? undefined : signatureText(method, secret, content);
    if (text === undefined) continue;
    draft.put(method.at[0], text);
    sent.add(method.algorithm);
  }
  if (sent.size > 0) return;
  const kinds = scheme.signatures.map(({ algorithm }) => algorithm).join(' or ');
  throw new AppError('invalid_input', `The signing secret is no key for ${kinds}.`, { hint: hintFor(scheme) });
}

/** Undefined when the secret is no key of the method's kind. */
function signatureText(method: SignatureMethod, secret: string, content: SignedContent): string | undefined {
  const [url = ''] = content.urls;
  switch (method.algorithm) {
    case 'token':
      return encodeToken(method.encoding, secret);
    case 'hmac-sha256':
    case 'hmac-sha1': {
      const key = verifyingKey(method, secret);
      return key === undefined ? undefined : hmacText(method, key, content, url, secret);
    }
    default: {
      const key = signingKey(method, secret);
      if (key === undefined) return undefined;
      if (method.algorithm === 'ed25519')
        return sign(null, signedBytes(content, url, secret), key).toString(method.encoding);
      const receiver = secret.split('-----BEGIN', 1)[0]?.trim() ?? '';
      return writeSigned(createSign('sha256'), content, url, receiver).sign(key, method.encoding);
    }
  }
}

const PRIVATE_KEY_HINTS: Partial<Record<SignatureMethod['algorithm'], string>> = {
  'ecdsa-p256':
    'Give the private key as PKCS#8, base64 DER or PEM, for instance from `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`, and its public key to the handler.',
  ed25519:
    'Give the private key, 32 or 64 bytes encoded as the provider encodes its public key, and its public key to the handler.',
  'rsa-sha256': "Give the receiver's id followed by an RSA private key as PKCS#8 in PEM.",
};

function hintFor({ signatures }: WebhookScheme): string {
  const hints = signatures.map(
    ({ algorithm }) => PRIVATE_KEY_HINTS[algorithm] ?? 'Give the secret exactly as the provider shows it.',
  );
  return [...new Set(hints)].join(' Or: ');
}
