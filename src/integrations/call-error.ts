import type { Outcome } from '../core/errors.ts';
import { AppError } from '../core/errors.ts';
import { AttemptError, isThrottle } from '../resilience/classify.ts';
import type { Trace } from '../resilience/pipeline.ts';
import { parseRateLimitReset, parseRetryAfter } from '../resilience/retry-after.ts';
import { silenceError } from './http-client.ts';
import type { Provider, ProviderApi } from './provider.ts';

/** The error that the agent sees: the last attempt's meaning, and what is known about the effect of all attempts together. */
export function toCallError(
  thrown: unknown,
  provider: Provider,
  api: ProviderApi,
  trace: Trace,
  hasEffect: boolean,
  now: number,
): AppError {
  const error = translate(thrown, provider, api, now);
  // An attempt that ended well and yet gave no answer (a redirect) leaves open what it did.
  const outcome: Outcome = hasEffect && trace.outcome !== 'not_executed' ? 'unknown' : 'not_executed';
  const details = { ...error.details, attempts: trace.attempts };
  if (outcome !== 'unknown') {
    return new AppError(error.code, error.message, {
      ...pick(error),
      details,
      outcome: error.outcome === 'executed' ? 'executed' : outcome,
    });
  }
  const safe = api.idempotency !== undefined;
  return new AppError(
    error.code === 'cancelled' ? 'cancelled' : 'outcome_unknown',
    `${error.message} Whether it was executed is not known.`,
    {
      ...pick(error),
      details: { ...details, reason: error.code },
      outcome,
      hint: safe
        ? 'Call again with the same reference and arguments: the same idempotency key is used, so it cannot execute twice.'
        : `Look it up at ${provider.title} before you repeat it: a repeat may execute twice.`,
    },
  );
}

function pick(error: AppError) {
  return { hint: error.hint, retryAfterMs: error.retryAfterMs, cause: error };
}

function translate(thrown: unknown, provider: Provider, api: ProviderApi, now: number): AppError {
  if (thrown instanceof AppError) return thrown;
  if (!(thrown instanceof AttemptError)) {
    return new AppError('internal', 'The call failed unexpectedly.', { cause: thrown });
  }
  if (thrown.failure.kind !== 'response') return silenceError(thrown, provider.title);
  const { status, headers } = thrown.failure;
  const error = api.toError({ status, headers, body: thrown.body });
  const { code, message, hint, details } = error;
  return new AppError(code, message, {
    hint,
    details,
    retryAfterMs:
      parseRetryAfter(headers, now) ?? (isThrottle(status, headers) ? parseRateLimitReset(headers, now) : undefined),
    cause: thrown,
  });
}
