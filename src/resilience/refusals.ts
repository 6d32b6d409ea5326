import { AppError } from '../core/errors.ts';
import type { Refusal } from './breaker-state.ts';

/** The service asked everybody to wait: nothing was sent, and the same call can go on after the wait. */
export class Throttled extends AppError {
  readonly waitMs: number;

  constructor(key: string, waitMs: number) {
    super('rate_limited', `${key} asked everybody to wait.`, {
      hint: 'Call again after retry_after_ms. Nothing was sent.',
      retryAfterMs: waitMs,
      details: { breaker: key, state: 'throttled' },
    });
    this.waitMs = waitMs;
  }
}

/** What a breaker that refuses says. */
export function refusalError(key: string, refusal: Refusal): AppError {
  const { retryAfterMs, reason } = refusal;
  const details = { breaker: key, state: refusal.refused, ...(reason === undefined ? {} : { last_error: reason }) };
  if (refusal.refused === 'throttled') return new Throttled(key, retryAfterMs ?? 0);
  const forced = refusal.refused === 'forced_open';
  return new AppError(
    'circuit_open',
    `The circuit breaker of ${key} is ${forced ? 'held open' : 'open'}: nothing was sent.`,
    {
      hint: forced
        ? 'Somebody holds it open; breaker_status says who and why, control_breaker ends it.'
        : 'The service has been failing. Call again after retry_after_ms; breaker_status shows the failures.',
      retryAfterMs,
      details,
    },
  );
}
