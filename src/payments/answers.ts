import type { Integration } from '../integrations/integration.ts';
import type { PaymentIntent, Refund } from '../integrations/stripe/objects.ts';
import type { PaymentObservation } from './payment-ledger.ts';
import type { RefundFact } from './refunds.ts';

/** An answer of Stripe as our ledger observes it. */
export function observationOf(
  { workspace, name, config }: Integration,
  intent: PaymentIntent,
  reference: string | undefined,
  observedAt: number,
): PaymentObservation {
  const { id, amount: amountMinor, currency, status, last_payment_error: error } = intent;
  const declineCode = status === 'requires_payment_method' ? (error?.decline_code ?? error?.code) : undefined;
  const origin = { workspace, integration: name, mode: config.mode };
  return { ...origin, id, amountMinor, currency, status, declineCode, reference, observedAt };
}

export function refundFactOf(paymentId: string, refund: Refund, observedAt: number): RefundFact {
  const { id, amount: amountMinor, currency, status } = refund;
  return { paymentId, id, kind: 'refund', amountMinor, currency, status: status ?? 'pending', observedAt };
}
