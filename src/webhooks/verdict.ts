export const VERDICT_REASONS = [
  'ok',
  'signature_mismatch',
  'timestamp_too_old',
  'timestamp_in_future',
  'missing_header',
  'malformed_header',
  'missing_field',
  'malformed_field',
  'missing_url',
  'missing_certificate',
  'untrusted_certificate',
  'no_secret',
  'secret_elsewhere',
  'invalid_secret',
  'body_too_large',
] as const;

export type VerdictReason = (typeof VERDICT_REASONS)[number];

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

export function refuse(reason: Exclude<VerdictReason, 'ok'>, message: string): SignatureVerdict {
  return { valid: false, reason, message, skewS: undefined, matchedSecret: undefined };
}
