import { parseJson } from '../core/parse-json.ts';
import type { Delivery } from './delivery.ts';

/** What a provider wants to hear before it trusts an endpoint. */
export interface ChallengeAnswer {
  readonly status: 200 | 204;
  /** Sent as JSON; nothing where it is undefined. */
  readonly body: Readonly<Record<string, string | number>> | undefined;
}

/** Recognises a provider's challenge in the parsed body of a delivery. Undefined for any other event. */
export type Challenge = (document: Readonly<Record<string, unknown>>, secret: string) => ChallengeAnswer | undefined;

/** Longest challenge that is answered, in characters: providers send a few dozen. */
const MAX_TOKEN_LENGTH = 512;

/**
 * The answer to a delivery that is a challenge; undefined for any other. The secret is the one that made its signature: verify first,
 * since an endpoint that answers everybody tells who asks what it could forge a signature with. Never throws.
 */
export function answerChallenge(challenge: Challenge, { body }: Delivery, secret: string): ChallengeAnswer | undefined {
  const document = parseJson(body);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  return challenge(document as Record<string, unknown>, secret);
}

/** A challenge's text as it may be sent back: short, and of characters that mean nothing to what reads it. */
export function readToken(value: unknown): string | undefined {
  const isToken = typeof value === 'string' && value.length <= MAX_TOKEN_LENGTH && /^[\w.~+/=-]+$/.test(value);
  return isToken ? value : undefined;
}
