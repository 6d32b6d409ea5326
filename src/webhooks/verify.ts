import type { Delivery, EventFacts, WebhookHeaders } from './delivery.ts';
import { MAX_HEADER_LENGTH, MAX_HEADER_VALUES, readEvent, readHeader } from './delivery.ts';
import type { HeaderValue, SignatureMethod, WebhookScheme } from './scheme.ts';
import { matchesSignature } from './signature.ts';

export const VERDICT_REASONS = [
  'ok',
  'signature_mismatch',
  'timestamp_too_old',
  'timestamp_in_future',
  'missing_header',
  'malformed_header',
  'no_secret',
  'invalid_secret',
  'body_too_large',
] as const;

export type VerdictReason = (typeof VERDICT_REASONS)[number];

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

/** Whether a delivery is genuine, as a value: an invalid signature is an answer, not an error. Holds no secret. */
export interface SignatureVerdict {
  readonly valid: boolean;
  readonly reason: VerdictReason;
  /** For people, in our words: nothing of the delivery but numbers. */
  readonly message: string;
  /** Now minus the delivery's timestamp, in seconds: positive when it lies in the past. Undefined when it carries none. */
  readonly skewS: number | undefined;
  /** The name of the variable whose secret made the signature; also set when only the timestamp is wrong. */
  readonly matchedSecret: string | undefined;
}

export interface Verdict extends SignatureVerdict, EventFacts {}

/** What a delivery carries for one method of its scheme, read but not yet believed. */
export interface Claim {
  readonly method: SignatureMethod;
  readonly candidates: readonly string[];
  /** Unix seconds as sent; empty where the scheme has no timestamp. */
  readonly timestamp: string;
}

/** Verifies and reads what the event is. Never throws. */
export function verifyDelivery(scheme: WebhookScheme, delivery: Delivery, options: VerifyOptions): Verdict {
  const verdict = verifySignature(scheme, delivery, options);
  if (verdict.reason === 'body_too_large') return { ...verdict, eventId: undefined, eventType: undefined };
  return { ...verdict, ...readEvent(scheme, delivery) };
}

/** Verifies without parsing the body, which costs as much again. Never throws. */
export function verifySignature(scheme: WebhookScheme, delivery: Delivery, options: VerifyOptions): SignatureVerdict {
  const { body, headers } = delivery;
  if (body.length > MAX_BODY_BYTES) {
    return refuse('body_too_large', `The body has ${body.length} bytes; at most ${MAX_BODY_BYTES} are verified.`);
  }
  const claim = readClaim(scheme, headers);
  if ('reason' in claim) return claim;
  const skewS = scheme.timestamp && Math.floor(options.nowMs / 1000) - Number(claim.timestamp);
  const match = findSigner(scheme, claim, body, options.secrets);
  if ('reason' in match) return { ...match, skewS };
  return judgeTime(match.signer, skewS, options.toleranceS ?? scheme.timestamp?.toleranceS);
}

/** Reads the headers of the strongest method that the delivery carries. */
export function readClaim(scheme: WebhookScheme, headers: WebhookHeaders): Claim | SignatureVerdict {
  let refusal: SignatureVerdict | undefined;
  for (const method of scheme.signatures) {
    const candidates = readHeader(headers, method.at);
    if (candidates !== undefined && candidates.length > 0) {
      const timestamp = readTimestamp(scheme, headers);
      return typeof timestamp === 'string' ? { method, candidates, timestamp } : timestamp;
    }
    if (candidates !== undefined) refusal ??= malformed(method.at, 'signature');
  }
  return refusal ?? missing(scheme.signatures[0].at);
}

function readTimestamp({ timestamp }: WebhookScheme, headers: WebhookHeaders): string | SignatureVerdict {
  if (timestamp === undefined) return '';
  const values = readHeader(headers, timestamp.at);
  if (values === undefined) return missing(timestamp.at);
  const [value] = values;
  if (value !== undefined && values.length === 1 && /^\d{1,15}$/.test(value)) return value;
  return malformed(timestamp.at, 'timestamp in whole seconds');
}

/** The name of the first secret that made one of the claimed signatures. */
export function findSigner(
  scheme: WebhookScheme,
  claim: Claim,
  body: Buffer,
  secrets: readonly NamedSecret[],
): { signer: string } | SignatureVerdict {
  const { method, candidates, timestamp } = claim;
  let usable = 0;
  let unusable = 0;
  for (const { name, value } of secrets) {
    // Anyone can sign with an empty secret.
    if (value === undefined || value === '') continue;
    const matches = matchesSignature(method, candidates, value, scheme.signed, { timestamp, body });
    if (matches) return { signer: name };
    if (matches === undefined) unusable += 1;
    else usable += 1;
  }
  const names = secrets.map(({ name, value }) => (value ? name : `${name} (not set)`)).join(', ');
  if (usable > 0) return refuse('signature_mismatch', `The signature does not fit the body with ${names}.`);
  if (unusable > 0) return refuse('invalid_secret', `${names}: ${method.algorithm} needs the provider's public key.`);
  return refuse(
    'no_secret',
    names === '' ? 'No webhook secret is given.' : `There is no secret to verify with: ${names}.`,
  );
}

function judgeTime(signer: string, skewS: number | undefined, toleranceS = Number.POSITIVE_INFINITY): SignatureVerdict {
  // Written so that a NaN refuses.
  if (skewS === undefined || Math.abs(skewS) <= toleranceS) {
    return {
      valid: true,
      reason: 'ok',
      message: `The signature was made with ${signer}.`,
      skewS,
      matchedSecret: signer,
    };
  }
  const reason = skewS > 0 ? 'timestamp_too_old' : 'timestamp_in_future';
  const place = skewS > 0 ? `${skewS} s in the past` : `${-skewS} s in the future`;
  const message = `The signature is good, but its timestamp lies ${place}; the tolerance is ${toleranceS} s.`;
  return { valid: false, reason, message, skewS, matchedSecret: signer };
}

function missing({ header }: HeaderValue): SignatureVerdict {
  return refuse('missing_header', `The delivery has no ${header} header.`);
}

function malformed({ header, prefix }: HeaderValue, what: string): SignatureVerdict {
  const form = prefix === undefined ? '' : ` after ${prefix}`;
  const limits = `at most ${MAX_HEADER_VALUES} values and ${MAX_HEADER_LENGTH} characters`;
  return refuse('malformed_header', `The ${header} header must hold a ${what}${form}, ${limits}.`);
}

function refuse(reason: VerdictReason, message: string): SignatureVerdict {
  return { valid: false, reason, message, skewS: undefined, matchedSecret: undefined };
}
