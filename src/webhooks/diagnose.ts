import { MAX_VARIANT_BYTES } from './body-variants.ts';
import type { Delivery } from './delivery.ts';
import type { Attempt, Case } from './diagnosis-attempts.ts';
import {
  findApiKey,
  findChangedBody,
  findChangedUrl,
  findCleanSecret,
  findCutBody,
  findKeyReading,
  findLostBody,
  findMilliseconds,
  findOtherProvider,
  findOtherSecret,
  findRewrittenSignature,
} from './diagnosis-attempts.ts';
import type { Cause, Finding } from './findings.ts';
import { finding } from './findings.ts';
import type { RenamedHeader } from './renamed-headers.ts';
import { findRenamedHeaders } from './renamed-headers.ts';
import type { WebhookScheme } from './scheme.ts';
import type { VerdictReason } from './verdict.ts';
import type { NamedSecret, VerifyOptions } from './verify.ts';
import { verifySignature } from './verify.ts';

export interface DiagnoseOptions extends VerifyOptions {
  /** Secrets that are configured for something else: another mode, endpoint or provider. */
  readonly otherSecrets: readonly NamedSecret[];
  /** Every known scheme, by the name of its provider. */
  readonly schemes: ReadonlyMap<string, WebhookScheme>;
}

/** What a verdict means when nothing that was tried explains more. */
const CAUSES_BY_REASON: Partial<Record<VerdictReason, Cause>> = {
  missing_header: 'header_missing',
  malformed_header: 'header_malformed',
  missing_field: 'field_missing',
  malformed_field: 'field_malformed',
  missing_url: 'url_missing',
  missing_certificate: 'certificate_missing',
  untrusted_certificate: 'certificate_untrusted',
  no_secret: 'secret_not_set',
  invalid_secret: 'secret_not_a_key',
  timestamp_too_old: 'clock_skew',
  timestamp_in_future: 'clock_skew',
};

/** What is tried for each verdict, the likeliest first. Without a usable secret no change of the body can be recognised. */
const ATTEMPTS: Partial<Record<VerdictReason, readonly Attempt[]>> = {
  missing_header: [findOtherProvider],
  malformed_header: [findRewrittenSignature, findOtherProvider],
  missing_field: [findLostBody, findChangedBody, findOtherProvider],
  malformed_field: [findLostBody, findChangedBody, findOtherProvider],
  no_secret: [findOtherSecret, findOtherProvider],
  invalid_secret: [findCleanSecret, findOtherSecret, findOtherProvider, findApiKey],
  timestamp_too_old: [findMilliseconds],
  timestamp_in_future: [findMilliseconds],
  signature_mismatch: [
    findCleanSecret,
    findOtherSecret,
    findLostBody,
    findRewrittenSignature,
    findChangedUrl,
    findChangedBody,
    findMilliseconds,
    findKeyReading,
    findOtherProvider,
    findCutBody,
    findApiKey,
  ],
};

/**
 * Why a delivery is invalid, found by trying what commonly goes wrong: most causes are named only when undoing them makes the
 * signature fit. The likeliest first; empty for a valid delivery and for a body too large to verify. Work is bounded, and nothing
 * returned shows a secret. Never throws.
 */
export function diagnose(scheme: WebhookScheme, delivery: Delivery, options: DiagnoseOptions): Finding[] {
  const verdict = verifySignature(scheme, delivery, options);
  if (verdict.reason !== 'missing_header') return explain({ ...options, scheme, delivery, verdict });

  const renamed = findRenamedHeaders(scheme, delivery.headers);
  const headers = { ...delivery.headers };
  for (const { expected, actual } of renamed) headers[expected] = headers[actual];
  const restored = { ...delivery, headers };
  const next = verifySignature(scheme, restored, options);
  const rest = explain({ ...options, scheme, delivery: restored, verdict: next });
  return renamed.length === 0 ? rest : [explainRenamed(renamed), ...rest];
}

function explain(problem: Case): Finding[] {
  const { verdict } = problem;
  if (verdict.valid || verdict.reason === 'body_too_large') return [];
  for (const attempt of ATTEMPTS[verdict.reason] ?? []) {
    const found = attempt(problem);
    if (found !== undefined) return [found];
  }
  const cause = CAUSES_BY_REASON[verdict.reason];
  return [cause === undefined ? unexplained(problem) : finding(cause, verdict.message)];
}

function explainRenamed(renamed: readonly RenamedHeader[]): Finding {
  const pairs = renamed.map(({ expected, actual }) => `${expected} arrives as ${actual}`);
  return finding('header_renamed', `${pairs.join(' and ')}.`);
}

function unexplained({ delivery }: Case): Finding {
  const untried =
    delivery.body.length > MAX_VARIANT_BYTES
      ? ` Changes of a body over ${MAX_VARIANT_BYTES} bytes were not tried.`
      : '';
  return finding('unexplained', `None of the usual causes makes the signature fit.${untried}`);
}
