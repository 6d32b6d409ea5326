import type { Mode } from '../integrations/provider.ts';
import { supersedes } from './precedence.ts';
import type { RefundFact } from './refunds.ts';

/** A payment as answers of the service and its events made it. */
export interface Payment {
  workspace: string;
  /** The provider's id, `pi_…`. */
  id: string;
  integration: string;
  mode: Mode;
  amountMinor: number;
  currency: string;
  status: string;
  /** Why the last attempt to charge failed, as the provider's machine code. */
  declineCode: string | undefined;
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
  /** Last changed first. */
  list(workspace: string, limit: number): Promise<Payment[]>;
  /** What is known about refunds of a payment; feed it to `refundedMinor`. */
  refunds(workspace: string, id: string): Promise<RefundFact[]>;
  observeRefund(workspace: string, fact: RefundFact): Promise<void>;
}

/** No status follows these: https://docs.stripe.com/payments/paymentintents/lifecycle */
const FINAL_STATUSES = new Set(['succeeded', 'canceled']);

/** The way through one second; a decline leads back to where it began. */
const LIFECYCLE = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'processing',
  'declined',
  'requires_capture',
  'canceled',
  'succeeded',
];

/** The payment after an observation: a pure rule, so that every order of arrival ends in the same state. */
export function advance(payment: Payment | undefined, seen: PaymentObservation): Payment {
  const { observedAt, ...facts } = seen;
  if (payment === undefined) return { ...facts, createdAt: observedAt, updatedAt: observedAt };
  const merged = {
    reference: payment.reference ?? seen.reference,
    createdAt: Math.min(payment.createdAt, observedAt),
  };
  const { createdAt: _, updatedAt, ...known } = payment;
  const wins = supersedes(standing(seen), standing({ ...known, observedAt: updatedAt }));
  return wins ? { ...facts, ...merged, updatedAt: observedAt } : { ...payment, ...merged };
}

function standing({ observedAt, reference: _, ...facts }: PaymentObservation) {
  const { status, declineCode } = facts;
  const step = status === 'requires_payment_method' && declineCode !== undefined ? 'declined' : status;
  return { isFinal: FINAL_STATUSES.has(status), observedAt, rank: LIFECYCLE.indexOf(step), facts };
}
