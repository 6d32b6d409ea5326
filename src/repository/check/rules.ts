import type { Rule } from './rule.ts';
import { bodyParsedBeforeWebhook } from './rules/body-parsed-before-webhook.ts';
import { breakerNeverCloses, halfOpenUnlimited } from './rules/breaker-recovery.ts';
import { clientErrorCountsAsFailure } from './rules/client-error-counts-as-failure.ts';
import { floatMoney } from './rules/float-money.ts';
import { missingTimeout } from './rules/missing-timeout.ts';
import { missingTimestampTolerance } from './rules/missing-timestamp-tolerance.ts';
import { payloadLogged } from './rules/payload-logged.ts';
import { postRetriedWithoutKey } from './rules/post-retried-without-key.ts';
import { rawBodyUsedAsObject } from './rules/raw-body-used-as-object.ts';
import { removedApiField } from './rules/removed-api-field.ts';
import { retryAfterIgnored } from './rules/retry-after-ignored.ts';
import { retryInInterceptor } from './rules/retry-in-interceptor.ts';
import { retryWithoutJitter, unboundedRetry } from './rules/retry-loops.ts';
import { retryMultiplied } from './rules/retry-multiplied.ts';
import { secretLiteral } from './rules/secret-literal.ts';
import {
  signatureComparedWithEquals,
  signatureHeaderNotParsed,
  timingSafeCompareLength,
} from './rules/signature-comparison.ts';
import { signatureOverReserializedJson } from './rules/signature-over-reserialized-json.ts';
import {
  answeredBeforeDurable,
  effectBeforeRecording,
  handlerNotIdempotent,
  webhookErrorSwallowed,
} from './rules/webhook-handling.ts';
import { webhookWithoutVerification } from './rules/webhook-without-verification.ts';

/** Every rule, in the order of the documentation. */
export const rules: readonly Rule[] = [
  bodyParsedBeforeWebhook,
  rawBodyUsedAsObject,
  signatureOverReserializedJson,
  signatureComparedWithEquals,
  signatureHeaderNotParsed,
  timingSafeCompareLength,
  missingTimestampTolerance,
  webhookWithoutVerification,
  handlerNotIdempotent,
  effectBeforeRecording,
  answeredBeforeDurable,
  webhookErrorSwallowed,
  retryInInterceptor,
  retryMultiplied,
  postRetriedWithoutKey,
  unboundedRetry,
  retryWithoutJitter,
  retryAfterIgnored,
  missingTimeout,
  breakerNeverCloses,
  halfOpenUnlimited,
  clientErrorCountsAsFailure,
  floatMoney,
  removedApiField,
  secretLiteral,
  payloadLogged,
];
