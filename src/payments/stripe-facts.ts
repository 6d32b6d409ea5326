import type { z } from 'zod';
import type { Mode } from '../integrations/provider.ts';
import { formatAmount } from '../integrations/stripe/currencies.ts';
import { REFERENCE_FIELD } from '../integrations/stripe/lookups.ts';
import type { EventFact } from './event-ledger.ts';
import type { EventSubscription, StripeEvent } from './stripe-objects.ts';
import { eventCharge, eventIntent, eventInvoice, eventRefund, eventSubscription } from './stripe-objects.ts';
import type { SubscriptionObservation } from './subscription-ledger.ts';

/** Whose events these are. */
export interface Origin {
  workspace: string;
  integration: string;
  mode: Mode;
}

/** What an event says of one payment or subscription. */
export interface Reading {
  subject: string;
  facts: EventFact[];
  note: string;
}

/** Turns the object of an event into facts; undefined where it says nothing that a ledger keeps. */
type Reader = (object: unknown, event: StripeEvent, origin: Origin) => Reading | undefined;

/** What the event says, or undefined for a type that says nothing here, or for an object of another shape. */
export function readFacts(event: StripeEvent, origin: Origin): Reading | undefined {
  const { object } = event.data;
  const reader = READERS.find(([pattern]) => pattern.test(event.type))?.[1];
  return reader?.(object, event, origin);
}

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/^payment_intent\./, reading(eventIntent, readIntent)],
  [/^charge\.refunded$/, reading(eventCharge, readCharge)],
  [/^(?:charge\.refund\.updated|refund\.(?:created|updated|failed))$/, reading(eventRefund, readRefund)],
  [/^customer\.subscription\./, reading(eventSubscription, readSubscription)],
  [/^invoice\.(?:paid|payment_succeeded|payment_failed)$/, reading(eventInvoice, readInvoice)],
];

function reading<S extends z.ZodType>(
  schema: S,
  read: (object: z.output<S>, event: StripeEvent, origin: Origin) => Reading | undefined,
): Reader {
  return (object, event, origin) => {
    const parsed = schema.safeParse(object);
    return parsed.success ? read(parsed.data, event, origin) : undefined;
  };
}

function readIntent(intent: z.output<typeof eventIntent>, event: StripeEvent, origin: Origin): Reading {
  const { id, amount, currency, status, metadata, last_payment_error: error } = intent;
  const reference = metadata?.[REFERENCE_FIELD];
  const declineCode = status === 'requires_payment_method' ? (error?.decline_code ?? error?.code) : undefined;
  const observation = { ...payment(id, amount, currency, event, origin), status, declineCode, reference };
  return { subject: id, facts: [{ kind: 'payment', observation }], note: `${id} ${status}, ${show(amount, currency)}` };
}

/** Only a payment that succeeded can be refunded: the event tells of it even when it arrives first. */
function readCharge(charge: z.output<typeof eventCharge>, event: StripeEvent, origin: Origin): Reading | undefined {
  const { id, amount, amount_captured: captured = amount, currency, payment_intent: paymentId } = charge;
  if (paymentId === undefined || captured === 0) return undefined;
  // What a capture leaves is released, and counts as refunded although nobody paid it.
  const refunded = Math.max(0, charge.amount_refunded - (amount - captured));
  const observation = {
    ...payment(paymentId, amount, currency, event, origin),
    status: 'succeeded',
    declineCode: undefined,
    reference: undefined,
  };
  const observedAt = event.created * 1000;
  const fact = {
    paymentId,
    id,
    kind: 'charge_total',
    amountMinor: refunded,
    currency,
    status: '',
    observedAt,
  } as const;
  return {
    subject: paymentId,
    facts: [
      { kind: 'payment', observation },
      { kind: 'refund', fact },
    ],
    note: `${paymentId} refunded, ${show(refunded, currency)} in all`,
  };
}

function readRefund(refund: z.output<typeof eventRefund>, event: StripeEvent): Reading | undefined {
  const { id, amount: amountMinor, currency, status = 'pending', payment_intent: paymentId } = refund;
  if (paymentId === undefined) return undefined;
  const observedAt = event.created * 1000;
  const fact = { paymentId, id, kind: 'refund', amountMinor, currency, status, observedAt } as const;
  return {
    subject: paymentId,
    facts: [{ kind: 'refund', fact }],
    note: `${paymentId} refund ${id} ${status}, ${show(amountMinor, currency)}`,
  };
}

function payment(id: string, amountMinor: number, currency: string, event: StripeEvent, origin: Origin) {
  return { ...origin, id, amountMinor, currency, observedAt: event.created * 1000 };
}

const RANKS: Readonly<Record<string, number>> = { created: 0, deleted: 2 };

function readSubscription(object: EventSubscription, event: StripeEvent, origin: Origin): Reading {
  const kind = event.type.slice(event.type.lastIndexOf('.') + 1);
  const observation = toObservation(object, origin, event.created * 1000, RANKS[kind] ?? 1);
  const { id, status } = object;
  return { subject: id, facts: [{ kind: 'subscription', observation }], note: `${id} ${kind}: ${status}` };
}

/** A subscription of Stripe as our ledger observes it. */
export function toObservation(
  object: EventSubscription,
  origin: Origin,
  observedAt: number,
  rank: number,
): SubscriptionObservation {
  const { id, status, customer, prices, pause_collection } = object;
  const at = (time: number | undefined) => (time === undefined ? undefined : time * 1000);
  return {
    ...origin,
    id,
    status,
    customer,
    prices,
    currentPeriodEnd: at(object.current_period_end),
    cancelAtPeriodEnd: object.cancel_at_period_end ?? false,
    cancelAt: at(object.cancel_at),
    endedAt: at(object.ended_at),
    trialEnd: at(object.trial_end),
    isCollectionPaused: pause_collection !== undefined,
    rank,
    observedAt,
  };
}

function readInvoice(invoice: z.output<typeof eventInvoice>, event: StripeEvent): Reading | undefined {
  const { id, subscription: subscriptionId, currency, amount_due, amount_paid } = invoice;
  if (subscriptionId === undefined) return undefined;
  const hasFailed = event.type === 'invoice.payment_failed';
  const state = hasFailed ? 'payment_failed' : 'paid';
  const amountMinor = hasFailed ? amount_due : amount_paid;
  const fact = { subscriptionId, id, state, amountMinor, currency, observedAt: event.created * 1000 } as const;
  return {
    subject: subscriptionId,
    facts: [{ kind: 'invoice', fact }],
    note: `${subscriptionId} invoice ${id} ${hasFailed ? 'not paid' : 'paid'}, ${show(amountMinor, currency)}`,
  };
}

const show = (amountMinor: number, currency: string) => formatAmount(amountMinor, currency);
