import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createSign } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import type { HeaderValue, SignatureMethod, SignedPart, WebhookScheme } from './scheme.ts';
import type { SignedContent } from './signature.ts';
import { derOf, hmacText, isP256, writeSigned } from './signature.ts';

export interface SignInput {
  readonly body: Buffer;
  /**
   * What the provider holds: for HMAC the same text as the receiver; for ECDSA the private key (PKCS#8, base64 DER or PEM) of the
   * public key that the receiver holds.
   */
  readonly secret: string;
  /** Milliseconds since the epoch; sent as whole seconds. */
  readonly timestampMs: number;
  /** The event's id, where the provider sends it in a header. */
  readonly id?: string | undefined;
}

/**
 * The headers with which a provider would deliver this body, names in lower case. Throws `invalid_input` for a secret that cannot
 * sign.
 */
export function signWebhook(scheme: WebhookScheme, input: SignInput): Record<string, string> {
  if (input.secret === '')
    throw new AppError('invalid_input', 'The signing secret is empty.', {
      hint: 'Sign with the secret that the receiver verifies with; for ECDSA with its private key.',
    });
  const content = { timestamp: String(Math.floor(input.timestampMs / 1000)), body: input.body };
  const headers: Record<string, string> = {};
  const add = (at: HeaderValue, value: string) => {
    const entry = `${at.prefix ?? ''}${value}`;
    const before = headers[at.header];
    headers[at.header] = before === undefined ? entry : `${before}${at.separator ?? ', '}${entry}`;
  };
  const id = scheme.event.id[0];
  if (input.id !== undefined && id !== undefined && 'header' in id) add(id, input.id);
  if (scheme.timestamp !== undefined) add(scheme.timestamp.at, content.timestamp);
  for (const method of scheme.signatures) add(method.at, signatureText(method, input.secret, scheme.signed, content));
  return headers;
}

function signatureText(
  method: SignatureMethod,
  secret: string,
  signed: readonly SignedPart[],
  content: SignedContent,
): string {
  if (method.algorithm !== 'ecdsa-p256') return hmacText(method, secret, signed, content);
  return writeSigned(createSign('sha256'), signed, content).sign(privateKey(secret), method.encoding);
}

function privateKey(text: string): KeyObject {
  try {
    const key = createPrivateKey({ key: derOf(text), format: 'der', type: 'pkcs8' });
    if (isP256(key)) return key;
  } catch {
    // What OpenSSL says of the key is not repeated: it is a secret.
  }
  throw new AppError('invalid_input', 'The signing secret is not a P-256 private key.', {
    hint: 'Give it as PKCS#8: base64 DER or PEM, for instance from `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`.',
  });
}
