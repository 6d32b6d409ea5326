import type { KeyObject } from 'node:crypto';
import { trustedKey } from './certificate.ts';
import type { Claim } from './claim.ts';
import { readClaim, readTime } from './claim.ts';
import type { Delivery, EventFacts } from './delivery.ts';
import { Received } from './delivery.ts';
import type { RsaSignature, WebhookScheme } from './scheme.ts';
import { signsBody } from './scheme.ts';
import { matchesSignature } from './signature.ts';
import type { SignedContent } from './signed-content.ts';
import { signedContent } from './signed-content.ts';
import type { SignatureVerdict } from './verdict.ts';
import { refuse } from './verdict.ts';

/** The largest body that is verified, in bytes; GitHub sends up to that. */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;

/** A secret by the name of its environment variable; without a value the variable is not set. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string | undefined;
}

export interface VerifyOptions {
  /** All that may be in use, as while a secret is rolled. */
  readonly secrets: readonly NamedSecret[];
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Seconds, in both directions; the scheme's own by default. `Infinity` accepts any time. */
  readonly toleranceS?: number | undefined;
}

export interface Verdict extends SignatureVerdict, EventFacts {}

/** Verifies and reads what the event is. Never throws. */
export function verifyDelivery(scheme: WebhookScheme, delivery: Delivery, options: VerifyOptions): Verdict {
  const received = new Received(delivery);
  const verdict = verify(scheme, delivery, received, options);
  if (verdict.reason === 'body_too_large') return { ...verdict, eventId: undefined, eventType: undefined };
  return { ...verdict, ...received.event(scheme) };
}

/** Verifies without parsing the body, unless the scheme keeps values there: that costs as much again. Never throws. */
export function verifySignature(scheme: WebhookScheme, delivery: Delivery, options: VerifyOptions): SignatureVerdict {
  return verify(scheme, delivery, new Received(delivery), options);
}

function verify(
  scheme: WebhookScheme,
  delivery: Delivery,
  received: Received,
  options: VerifyOptions,
): SignatureVerdict {
  const { body } = delivery;
  if (body.length > MAX_BODY_BYTES) {
    return refuse('body_too_large', `The body has ${body.length} bytes; at most ${MAX_BODY_BYTES} are verified.`);
  }
  const claim = readClaim(scheme, delivery, received);
  if ('reason' in claim) return claim;
  const certificateKey = certificateKeyOf(claim, delivery, options.nowMs);
  if (certificateKey !== undefined && 'reason' in certificateKey) return certificateKey;
  const match = findSigner(claim, signedContent(scheme, claim, delivery), options.secrets, certificateKey);
  const sentMs = claim.sentMs ?? readTime(scheme, received);
  const skewS = typeof sentMs === 'number' ? secondsOf(options.nowMs) - secondsOf(sentMs) : undefined;
  if ('reason' in match) return { ...match, skewS };
  if (typeof sentMs === 'object') return { ...sentMs, matchedSecret: match.signer };
  return judgeTime(scheme, match.signer, skewS, options.toleranceS ?? scheme.timestamp?.toleranceS);
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1000);
}

function certificateKeyOf(
  claim: Claim,
  { certificate }: Delivery,
  nowMs: number,
): KeyObject | SignatureVerdict | undefined {
  const method = claim.signatures.find((signature) => isRsa(signature.method))?.method;
  if (method === undefined || !isRsa(method)) return undefined;
  if (certificate === undefined || 'problem' in certificate) {
    const why = certificate === undefined ? '' : ` ${certificate.problem}`;
    return refuse('missing_certificate', `The certificate that the delivery names is not at hand.${why}`);
  }
  const key = trustedKey(certificate, method, nowMs);
  return typeof key === 'string' ? refuse('untrusted_certificate', `The certificate cannot be trusted. ${key}`) : key;
}

function isRsa(method: { algorithm: string }): method is RsaSignature {
  return method.algorithm === 'rsa-sha256';
}

/** The name of the first secret that made one of the claimed signatures. */
function findSigner(
  claim: Claim,
  content: SignedContent | undefined,
  secrets: readonly NamedSecret[],
  certificateKey: KeyObject | undefined,
): { signer: string } | SignatureVerdict {
  let usable = 0;
  let unusable = 0;
  for (const { name, value } of secrets) {
    // Anyone can sign with an empty secret.
    if (value === undefined || value === '') continue;
    const matches = matchesClaim(claim, { secret: value, certificateKey }, content);
    if (matches) return { signer: name };
    if (matches === undefined) unusable += 1;
    else usable += 1;
  }
  const names = secrets.map(({ name, value }) => (value ? name : `${name} (not set)`)).join(', ');
  if (usable > 0) return refuse('signature_mismatch', `The signature does not fit the delivery with ${names}.`);
  if (unusable > 0) return refuse('invalid_secret', `${names}: not a key for ${algorithmsOf(claim)}.`);
  return refuse(
    'no_secret',
    names === '' ? 'No webhook secret is given.' : `There is no secret to verify with: ${names}.`,
  );
}

/** The first method for which the secret is a key decides, with others of its algorithm. */
function matchesClaim(
  { signatures }: Claim,
  signer: { secret: string; certificateKey: KeyObject | undefined },
  content: SignedContent | undefined,
): boolean | undefined {
  let decided: string | undefined;
  for (const { method, candidates } of signatures) {
    if (decided !== undefined && decided !== method.algorithm) break;
    const matches = matchesSignature(method, candidates, signer, content);
    if (matches) return true;
    if (matches === false) decided = method.algorithm;
  }
  return decided === undefined ? undefined : false;
}

function algorithmsOf({ signatures }: Claim): string {
  return signatures
    .map(({ method }) => ('key' in method ? `${method.algorithm} (${method.key})` : method.algorithm))
    .join(' or ');
}

function judgeTime(
  scheme: WebhookScheme,
  signer: string,
  skewS: number | undefined,
  toleranceS = Number.POSITIVE_INFINITY,
): SignatureVerdict {
  // Written so that a NaN refuses.
  if (skewS === undefined || Math.abs(skewS) <= toleranceS) {
    const limits = signsBody(scheme) ? '' : ' The body is not signed: it may have been changed or exchanged.';
    const message = `${scheme.signed.length > 0 ? 'The signature was made with' : 'The delivery carries'} ${signer}.${limits}`;
    return { valid: true, reason: 'ok', message, skewS, matchedSecret: signer };
  }
  const reason = skewS > 0 ? 'timestamp_too_old' : 'timestamp_in_future';
  const place = skewS > 0 ? `${skewS} s in the past` : `${-skewS} s in the future`;
  const message = `The signature is good, but its timestamp lies ${place}; the tolerance is ${toleranceS} s.`;
  return { valid: false, reason, message, skewS, matchedSecret: signer };
}
