import type { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { Operation } from '../integrations/operation.ts';
import { canonicalJson, sha256 } from '../integrations/request-row.ts';
import type { paymentIntent } from '../integrations/stripe/objects.ts';
import {
  cancelPaymentIntent,
  capturePaymentIntent,
  confirmPaymentIntent,
} from '../integrations/stripe/operations/payments.ts';

export const PAYMENT_ACTIONS = ['confirm', 'capture', 'cancel'] as const;

/** One step in the life of a payment intent. */
export interface PaymentAction {
  id: string;
  action: (typeof PAYMENT_ACTIONS)[number];
  /** Of a capture: less than what was authorised, in minor units. */
  amountMinor?: number | undefined;
  /** Of a confirmation. */
  paymentMethod?: string | undefined;
  returnUrl?: string | undefined;
}

interface PlannedAction {
  operation: Operation<z.ZodObject, typeof paymentIntent>;
  input: Record<string, unknown>;
}

/** The operation and its input; `invalid_input` for an argument that the action does not have. */
export function planAction({ id, action, amountMinor, paymentMethod, returnUrl }: PaymentAction): PlannedAction {
  if (action !== 'capture' && amountMinor !== undefined) throw notOf('amount', 'capture');
  if (action !== 'confirm' && paymentMethod !== undefined) throw notOf('payment_method', 'confirm');
  if (action !== 'confirm' && returnUrl !== undefined) throw notOf('return_url', 'confirm');
  if (action === 'cancel') return { operation: cancelPaymentIntent, input: { id } };
  if (action === 'capture') {
    const amount = amountMinor === undefined ? {} : { amount_to_capture: amountMinor };
    return { operation: capturePaymentIntent, input: { id, ...amount } };
  }
  const method = paymentMethod === undefined ? {} : { payment_method: paymentMethod };
  const url = returnUrl === undefined ? {} : { return_url: returnUrl };
  return { operation: confirmPaymentIntent, input: { id, ...method, ...url } };
}

/**
 * What makes two calls the same action: intent, action, arguments, and the caller's own key. A decline is the answer of its action: a
 * new attempt with the same arguments takes a new key.
 */
export function actionReference({ id, action, ...rest }: PaymentAction, idempotencyKey: string | undefined): string {
  const digest = sha256(canonicalJson([rest, idempotencyKey ?? null])).slice(0, 12);
  return `${id}/${action}/${digest}`;
}

function notOf(argument: string, action: string): AppError {
  return new AppError('invalid_input', `${argument} belongs to action "${action}".`, {
    hint: `Leave ${argument} out, or use action "${action}".`,
  });
}
