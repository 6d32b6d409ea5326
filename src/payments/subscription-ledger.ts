import type { Mode } from '../integrations/provider.ts';
import { supersedes } from './precedence.ts';

/** A subscription as events and answers of the service made it. Times in milliseconds since the epoch. */
export interface Subscription {
  workspace: string;
  /** The provider's id, `sub_…`. */
  id: string;
  integration: string;
  mode: Mode;
  status: string;
  customer: string | undefined;
  prices: readonly string[];
  currentPeriodEnd: number | undefined;
  cancelAtPeriodEnd: boolean;
  cancelAt: number | undefined;
  endedAt: number | undefined;
  trialEnd: number | undefined;
  isCollectionPaused: boolean;
  /** Orders the kinds of events within one second: created before updated before deleted. */
  rank: number;
  createdAt: number;
  updatedAt: number;
}

/** What one answer or event shows of a subscription at a moment. */
export type SubscriptionObservation = Omit<Subscription, 'createdAt' | 'updatedAt'> & { observedAt: number };

/** How the payment of one of its invoices went. */
export interface InvoiceFact {
  subscriptionId: string;
  id: string;
  state: 'paid' | 'payment_failed';
  amountMinor: number;
  currency: string;
  observedAt: number;
}

/** Subscriptions of a workspace. */
export interface SubscriptionLedger {
  /** Takes an observation in, whatever the order of arrival; a subscription that has ended stays so. */
  observe(observation: SubscriptionObservation): Promise<Subscription>;
  get(workspace: string, id: string): Promise<Subscription | undefined>;
  /** Last changed first. */
  list(workspace: string, limit: number): Promise<Subscription[]>;
  /** Invoices whose payment succeeded or failed, latest first. */
  invoices(workspace: string, id: string): Promise<InvoiceFact[]>;
}

/** https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses */
const FINAL_STATUSES = new Set(['canceled', 'incomplete_expired']);
const STATUSES = ['incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete_expired', 'canceled'];

export function advanceSubscription(
  subscription: Subscription | undefined,
  seen: SubscriptionObservation,
): Subscription {
  const { observedAt, ...facts } = seen;
  if (subscription === undefined) return { ...facts, createdAt: observedAt, updatedAt: observedAt };
  const createdAt = Math.min(subscription.createdAt, observedAt);
  const { createdAt: _, updatedAt, ...known } = subscription;
  const wins = supersedes(standing(seen), standing({ ...known, observedAt: updatedAt }));
  return wins ? { ...facts, createdAt, updatedAt: observedAt } : { ...subscription, createdAt };
}

function standing({ observedAt, ...facts }: SubscriptionObservation) {
  const { status, rank } = facts;
  return {
    isFinal: FINAL_STATUSES.has(status),
    observedAt,
    rank: rank * STATUSES.length + STATUSES.indexOf(status),
    facts,
  };
}

/** An invoice that was paid stays so. */
export function advanceInvoice(known: InvoiceFact | undefined, seen: InvoiceFact): InvoiceFact {
  if (known === undefined) return seen;
  return supersedes(invoiceStanding(seen), invoiceStanding(known)) ? seen : known;
}

function invoiceStanding({ observedAt, ...facts }: InvoiceFact) {
  return { isFinal: facts.state === 'paid', observedAt, rank: 0, facts };
}
