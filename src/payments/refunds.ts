import { supersedes } from './precedence.ts';

/**
 * One fact about the refunds of a payment: a refund as it stands, or what its charge says in all. Endpoints receive one kind, the
 * other, or both.
 */
export interface RefundFact {
  /** The payment that it belongs to, `pi_…`. */
  paymentId: string;
  /** `re_…` of a refund, `ch_…` of a charge. */
  id: string;
  kind: 'refund' | 'charge_total';
  amountMinor: number;
  currency: string;
  /** Status of the refund; '' for a total. */
  status: string;
  observedAt: number;
}

/** https://docs.stripe.com/refunds#failed-refunds: a refund can fail after it succeeded. */
const UNDONE = new Set(['failed', 'canceled']);
const STEPS = ['pending', 'requires_action', 'succeeded', 'canceled', 'failed'];

export function advanceRefund(known: RefundFact | undefined, seen: RefundFact): RefundFact {
  if (known === undefined) return seen;
  return supersedes(standing(seen), standing(known)) ? seen : known;
}

function standing({ observedAt, ...facts }: RefundFact) {
  // Within one second totals grow.
  const rank = facts.kind === 'refund' ? STEPS.indexOf(facts.status) : facts.amountMinor;
  return { isFinal: facts.kind === 'refund' && UNDONE.has(facts.status), observedAt, rank, facts };
}

/** What has been refunded of a payment, in minor units. */
export function refundedMinor(facts: readonly RefundFact[]): number {
  const refunds = facts.filter(({ kind }) => kind === 'refund');
  const single = sum(refunds.filter(({ status }) => !UNDONE.has(status)));
  const totals = facts
    .filter(({ kind }) => kind === 'charge_total')
    .map(({ amountMinor, observedAt }) => {
      // A total from before a refund failed still counts it.
      const undoneSince = refunds.filter((refund) => UNDONE.has(refund.status) && refund.observedAt > observedAt);
      return Math.max(0, amountMinor - sum(undoneSince));
    });
  return Math.max(single, ...totals, 0);
}

function sum(facts: readonly RefundFact[]): number {
  return facts.reduce((total, { amountMinor }) => total + amountMinor, 0);
}
