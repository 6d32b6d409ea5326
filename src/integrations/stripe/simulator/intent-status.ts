import type { StripeApiError } from './api-error.ts';
import { invalidRequest } from './api-error.ts';
import type { IntentStatus, PaymentIntent } from './objects.ts';

/** An operation that the state of the intent does not allow; the error carries the intent. */
export function unexpectedState(intent: PaymentIntent | undefined, message: string): StripeApiError {
  return invalidRequest(message, { code: 'payment_intent_unexpected_state', payment_intent: intent });
}

/** Throws unless the intent has one of the statuses. */
export function requireStatus(
  intent: PaymentIntent,
  action: string,
  done: string,
  allowed: readonly IntentStatus[],
): void {
  if (allowed.includes(intent.status)) return;
  throw unexpectedState(
    intent,
    `You cannot ${action} this PaymentIntent because it has a status of ${intent.status}. ` +
      `Only a PaymentIntent with one of the following statuses may be ${done}: ${allowed.join(', ')}.`,
  );
}
