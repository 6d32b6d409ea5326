import * as z from 'zod';
import { declineAdvice } from '../integrations/stripe/errors.ts';
import type { PaymentIntent } from '../integrations/stripe/objects.ts';

/** A declined card as tools show it: Stripe's machine codes and what to do next. */
export const declineView = z.object({
  code: z.string().optional(),
  decline_code: z.string().optional(),
  advice: z.string(),
});

/** Undefined for an intent whose last attempt was not declined. */
export function describeDecline({ last_payment_error: error }: PaymentIntent): z.input<typeof declineView> | undefined {
  if (error === null || error === undefined) return undefined;
  const { code, decline_code } = error;
  return { code, decline_code, advice: declineAdvice(decline_code ?? code) };
}
