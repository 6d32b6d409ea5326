import type { Mode } from '../integrations/provider.ts';

/** A payment as answers of the service and (later) its events made it. */
export interface Payment {
  workspace: string;
  /** The provider's id, `pi_…`. */
  id: string;
  integration: string;
  mode: Mode;
  amountMinor: number;
  currency: string;
  status: string;
  /** The caller's own id, when the payment was begun here. */
  reference: string | undefined;
  /** When it was seen first, in milliseconds since the epoch. */
  createdAt: number;
  /** When it was seen as it stands here. */
  updatedAt: number;
}

/** What one answer or event shows of a payment at a moment. */
export type PaymentObservation = Omit<Payment, 'createdAt' | 'updatedAt'> & { observedAt: number };

/** Payments of a workspace. */
export interface PaymentLedger {
  /**
   * Takes an observation in, whatever the order of arrival: a final status stays and wins over any other; between others the later
   * observation wins.
   */
  observe(observation: PaymentObservation): Promise<Payment>;
  get(workspace: string, id: string): Promise<Payment | undefined>;
}

/** No status follows these: https://docs.stripe.com/payments/paymentintents/lifecycle */
const FINAL_STATUSES = new Set(['succeeded', 'canceled']);

/** The payment after an observation: a pure rule, so that every order of arrival ends in the same state. */
export function advance(payment: Payment | undefined, seen: PaymentObservation): Payment {
  const { observedAt, ...facts } = seen;
  if (payment === undefined) return { ...facts, createdAt: observedAt, updatedAt: observedAt };
  const merged = {
    reference: payment.reference ?? seen.reference,
    createdAt: Math.min(payment.createdAt, observedAt),
  };
  if (supersedes(seen, payment)) return { ...facts, ...merged, updatedAt: observedAt };
  return { ...payment, ...merged };
}

/** A final status beats any other whatever the times say: those of answers and of events come from different clocks. */
function supersedes(seen: PaymentObservation, payment: Payment): boolean {
  const isFinal = FINAL_STATUSES.has(seen.status);
  return isFinal === FINAL_STATUSES.has(payment.status) ? seen.observedAt >= payment.updatedAt : isFinal;
}
