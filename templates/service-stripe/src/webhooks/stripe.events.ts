import type { RecordChange, RecordedEvent } from '../types/index.js';
import type { Fields } from '../utils/body.util.js';
import { integerOf, isFields, textOf } from '../utils/body.util.js';

/** https://docs.stripe.com/payments/paymentintents/lifecycle: states in the order in which they are reached. */
const PAYMENT_RANK: Readonly<Record<string, number>> = {
  requires_payment_method: 1,
  requires_confirmation: 2,
  requires_action: 3,
  processing: 4,
  requires_capture: 5,
  canceled: 6,
  succeeded: 7,
};
const FINAL_PAYMENT = new Set(['canceled', 'succeeded']);

type ToChange = (object: Fields, id: string, type: string) => RecordChange | undefined;

/** What each event changes; others are recorded and change nothing. */
const CHANGES: Readonly<Record<string, ToChange>> = {
  'payment_intent.created': paymentChange,
  'payment_intent.requires_action': paymentChange,
  'payment_intent.processing': paymentChange,
  'payment_intent.amount_capturable_updated': paymentChange,
  'payment_intent.payment_failed': paymentChange,
  'payment_intent.canceled': paymentChange,
  'payment_intent.succeeded': paymentChange,
  'charge.refunded': refundChange,
  'customer.subscription.created': subscriptionChange,
  'customer.subscription.updated': subscriptionChange,
  'customer.subscription.deleted': subscriptionChange,
};

/** Undefined when it is no event of Stripe. */
export function toRecordedEvent(event: unknown): RecordedEvent | undefined {
  if (!isFields(event)) return undefined;
  const id = textOf(event, 'id');
  const type = textOf(event, 'type');
  const created = integerOf(event, 'created');
  if (id === undefined || type === undefined || created === undefined) return undefined;
  return { id, type, occurredAtMs: created * 1000, change: changeOf(type, event.data) };
}

function changeOf(type: string, data: unknown): RecordChange | undefined {
  const object = isFields(data) ? data.object : undefined;
  const id = isFields(object) ? textOf(object, 'id') : undefined;
  if (!isFields(object) || id === undefined || !Object.hasOwn(CHANGES, type)) return undefined;
  return CHANGES[type]?.(object, id, type);
}

function paymentChange(object: Fields, id: string): RecordChange | undefined {
  const status = textOf(object, 'status');
  if (status === undefined) return undefined;
  return {
    kind: 'payment',
    id,
    status,
    rank: PAYMENT_RANK[status] ?? 0,
    isFinal: FINAL_PAYMENT.has(status),
    data: {
      amountMinor: integerOf(object, 'amount') ?? null,
      receivedMinor: integerOf(object, 'amount_received') ?? null,
      currency: textOf(object, 'currency') ?? null,
      reference: referenceOf(object),
    },
  };
}

/** `amount_refunded` is the sum of all refunds so far, so that the largest is the latest. */
function refundChange(object: Fields): RecordChange | undefined {
  const paymentIntentId = textOf(object, 'payment_intent');
  const refundedMinor = integerOf(object, 'amount_refunded');
  if (paymentIntentId === undefined || refundedMinor === undefined) return undefined;
  const status = object.refunded === true ? 'refunded' : 'partially_refunded';
  const data = { refundedMinor, currency: textOf(object, 'currency') ?? null };
  return { kind: 'refund', id: paymentIntentId, status, rank: refundedMinor, isFinal: status === 'refunded', data };
}

function subscriptionChange(object: Fields, id: string, type: string): RecordChange | undefined {
  const status = textOf(object, 'status');
  if (status === undefined) return undefined;
  const isFinal = type === 'customer.subscription.deleted';
  const rank = type === 'customer.subscription.created' ? 0 : 1;
  const data = { currentPeriodEnd: periodEndOf(object), customer: textOf(object, 'customer') ?? null };
  return { kind: 'subscription', id, status, rank, isFinal, data };
}

/** Unix seconds. Since 2025-03-31.basil the period belongs to the items, not to the subscription. */
function periodEndOf(subscription: Fields): number | null {
  const items = isFields(subscription.items) ? subscription.items.data : undefined;
  const [item]: unknown[] = Array.isArray(items) ? items : [];
  return isFields(item) ? (integerOf(item, 'current_period_end') ?? null) : null;
}

function referenceOf(object: Fields): string | null {
  const metadata = object.metadata;
  return isFields(metadata) ? (textOf(metadata, 'reference') ?? null) : null;
}
