import type { Outcome } from '../core/errors.ts';
import type { ResponseHeaders } from './retry-after.ts';
import { parseRateLimitReset, parseRetryAfter } from './retry-after.ts';

/** Whether a request may be sent again without a second effect: always, because it carries an idempotency key, or not. */
export type Repeat = 'safe' | 'with-key' | 'unsafe';

/** What became of one attempt that did not succeed. `sent` is false only when not one byte of the request can have left. */
export type AttemptFailure =
  | { kind: 'response'; status: number; headers: ResponseHeaders }
  | { kind: 'network'; code: string; sent: boolean }
  /** `ours`: the deadline of the call cut the attempt short, so that it says nothing about the service. */
  | { kind: 'timeout'; sent: boolean; ours?: boolean }
  | { kind: 'cancelled'; sent: boolean };

/** One failed attempt, as the HTTP client reports it to the policies. Never reaches an agent. */
export class AttemptError extends Error {
  override readonly name = 'AttemptError';
  readonly failure: AttemptFailure;
  /** The parsed body of a response, if there was one. */
  readonly body: unknown;

  constructor(failure: AttemptFailure, body?: unknown, cause?: unknown) {
    super(failure.kind === 'response' ? `HTTP ${failure.status}` : failure.kind, { cause });
    this.failure = failure;
    this.body = body;
  }
}

export interface Classification {
  /** What the attempt says about the health of the service; `ignored` gives a half-open permit back. */
  breaker: 'success' | 'failure' | 'ignored';
  /** Whether this request may be sent once more. */
  retry: boolean;
  /** The least pause before the next attempt, in milliseconds, when the service asked for one. */
  retryAfterMs: number | undefined;
  /** Set when the service asked everybody to wait. */
  throttleMs: number | undefined;
  /** What is known about the effect of the attempt. */
  outcome: Outcome;
  /**
   * True when the service read the request and said no: with an idempotency key that settles all earlier attempts with the same key
   * too. Refusals at the door (401, 403, 409, 429) settle nothing.
   */
  final: boolean;
}

/** Refused names and broken certificates are configuration: they say nothing about health and do not get better by repeating. */
const CONFIGURATION = /^(ENOTFOUND|CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_INVALID_URL|EGRESS_)/;

const FINAL = new Set([400, 402, 404, 410, 422]);

/** The one place that decides, for retry and breaker alike, what an attempt means. */
export function classify(failure: AttemptFailure, repeat: Repeat, now: number): Classification {
  switch (failure.kind) {
    case 'response':
      return classifyStatus(failure.status, failure.headers, repeat, now);
    case 'cancelled':
      return verdict('ignored', false, failure.sent ? 'unknown' : 'not_executed');
    case 'network':
      if (CONFIGURATION.test(failure.code)) return verdict('ignored', false, 'not_executed');
      return classifySilence(failure.sent, repeat);
    case 'timeout':
      if (failure.ours) return verdict('ignored', false, failure.sent ? 'unknown' : 'not_executed');
      return classifySilence(failure.sent, repeat);
  }
}

/** No answer: harmless to repeat when nothing was sent, otherwise only when the request itself is. */
function classifySilence(sent: boolean, repeat: Repeat): Classification {
  return verdict('failure', !sent || repeat !== 'unsafe', sent ? 'unknown' : 'not_executed');
}

function classifyStatus(status: number, headers: ResponseHeaders, repeat: Repeat, now: number): Classification {
  const retryAfterMs = parseRetryAfter(headers, now);
  const asked = isThrottle(status, headers) ? 429 : status;
  const byStatus = judgeStatus(asked, retryAfterMs !== undefined, repeat);
  const obeyed = { ...byStatus, retry: obey(headers, byStatus.retry, repeat), final: FINAL.has(status) };
  if (isThrottle(status, headers)) {
    const waitMs = retryAfterMs ?? parseRateLimitReset(headers, now);
    // One busy object concerns nobody who calls about another: https://docs.stripe.com/rate-limits
    const alone = headers['stripe-rate-limited-reason'] === 'resource-specific';
    return { ...obeyed, retryAfterMs: waitMs, throttleMs: alone ? undefined : waitMs };
  }
  return { ...obeyed, retryAfterMs, throttleMs: status === 503 ? retryAfterMs : undefined };
}

/** Some services refuse with 403 who asked too often: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export function isThrottle(status: number, headers: ResponseHeaders): boolean {
  if (status !== 403) return status === 429;
  return headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
}

function judgeStatus(status: number, askedToWait: boolean, repeat: Repeat): Classification {
  const repeatable = repeat !== 'unsafe';
  if (status < 400) return verdict('success', false, 'executed');
  if (status === 408) return verdict('failure', repeatable, 'unknown');
  // With a key it says that another request with the same key runs, and that one may well execute.
  if (status === 409)
    return verdict('success', repeat === 'with-key', repeat === 'with-key' ? 'unknown' : 'not_executed');
  // 425 and 429 were turned away before any work was done.
  if (status === 425 || status === 429) return verdict('success', true, 'not_executed');
  // Any other 4xx proves that the service is alive and read the request.
  if (status < 500) return verdict('success', false, 'not_executed');
  if (status === 501 || status === 505) return verdict('failure', false, 'not_executed');
  if (status === 503 && askedToWait) return verdict('failure', true, 'not_executed');
  return verdict('failure', repeatable, 'unknown');
}

/** The service may know better: https://docs.stripe.com/error-low-level (`Stripe-Should-Retry`). It cannot make an unsafe repeat safe. */
function obey(headers: ResponseHeaders, retry: boolean, repeat: Repeat): boolean {
  const advice = headers['stripe-should-retry'] ?? headers['x-should-retry'];
  if (advice === 'true') return retry || repeat !== 'unsafe';
  return advice === 'false' ? false : retry;
}

function verdict(breaker: Classification['breaker'], retry: boolean, outcome: Outcome): Classification {
  return { breaker, retry, outcome, retryAfterMs: undefined, throttleMs: undefined, final: false };
}
