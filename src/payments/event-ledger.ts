import type { PaymentObservation } from './payment-ledger.ts';
import type { RefundFact } from './refunds.ts';
import type { InvoiceFact, SubscriptionObservation } from './subscription-ledger.ts';

/** What an event says, in the terms of our ledgers. */
export type EventFact =
  | { kind: 'payment'; observation: PaymentObservation }
  | { kind: 'refund'; fact: RefundFact }
  | { kind: 'subscription'; observation: SubscriptionObservation }
  | { kind: 'invoice'; fact: InvoiceFact };

/** One thing that happened, whatever the number of events that tell of it. */
export interface EventClaim {
  workspace: string;
  /** The same for all events about the same: the event's id, or type and object where a type occurs once per object. */
  claim: string;
}

export interface NewEvent extends EventClaim {
  eventId: string;
  type: string;
  /** Id of the payment or subscription that it is about. */
  subject: string;
  /** What it changed, for people. */
  note: string;
  /** When it happened at the provider, in milliseconds since the epoch. */
  occurredAt: number;
}

export interface AppliedEvent extends NewEvent {
  appliedAt: number;
  hooks: readonly { name: string; isDone: boolean }[];
}

/** Events that had their effect: the claim, the effect and the mark are one transaction, so that a crash leaves all of them or none. */
export interface EventLedger {
  /** Applies an event once; false when that had happened before. `hooks` are kept as open in the same transaction. */
  apply(event: NewEvent, facts: readonly EventFact[], hooks: readonly string[]): Promise<boolean>;
  /** Hooks of an event that have not ended. */
  openHooks(claim: EventClaim): Promise<string[]>;
  endHook(claim: EventClaim, hook: string): Promise<void>;
  /** Events about a payment or subscription, in the order in which they happened. */
  about(workspace: string, subject: string): Promise<AppliedEvent[]>;
}
