import type { RecordChange, RecordedEvent } from '../types/index.js';
import type { Fields } from '../utils/body.util.js';
import { integerOf, isFields, textOf } from '../utils/body.util.js';

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event: how far an email came. */
const DELIVERY_RANK: Readonly<Record<string, number>> = {
  processed: 1,
  deferred: 2,
  delivered: 3,
  bounce: 4,
  dropped: 5,
};
const FINAL_DELIVERY = new Set(['bounce', 'dropped']);
/** Addresses that must not be written to any more, and those that may be again. */
const SUPPRESSION = new Set(['spamreport', 'unsubscribe', 'group_unsubscribe', 'group_resubscribe']);

/** A delivery is a batch. Undefined when it is none; entries that are no events are left out. */
export function toRecordedEvents(body: unknown): readonly RecordedEvent[] | undefined {
  if (!Array.isArray(body)) return undefined;
  const entries: unknown[] = body;
  return entries.map(toRecordedEvent).filter((event) => event !== undefined);
}

function toRecordedEvent(event: unknown): RecordedEvent | undefined {
  if (!isFields(event)) return undefined;
  const id = textOf(event, 'sg_event_id');
  const type = textOf(event, 'event');
  const timestamp = integerOf(event, 'timestamp');
  if (id === undefined || type === undefined || timestamp === undefined) return undefined;
  return { id, type, occurredAtMs: timestamp * 1000, change: changeOf(event, type) };
}

function changeOf(event: Fields, type: string): RecordChange | undefined {
  const email = textOf(event, 'email') ?? null;
  if (SUPPRESSION.has(type)) {
    return email === null
      ? undefined
      : { kind: 'suppression', id: email, status: type, rank: 0, isFinal: false, data: {} };
  }
  const rank = DELIVERY_RANK[type];
  // `X-Message-Id` of the send request is the part before the first dot.
  const messageId = textOf(event, 'sg_message_id')?.split('.', 1)[0];
  if (rank === undefined || messageId === undefined) return undefined;
  const data = { email, reference: textOf(event, 'reference') ?? null };
  return { kind: 'email', id: messageId, status: type, rank, isFinal: FINAL_DELIVERY.has(type), data };
}
