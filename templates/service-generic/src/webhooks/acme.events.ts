import { createHash } from 'node:crypto';
import type { RecordChange, RecordedEvent } from '../types/index.js';
import { scheme } from './acme.scheme.js';
import { readPlaces } from './delivery.js';
import type { Delivery } from './signature.js';

/** The event in a verified delivery. Where the provider gives events no id, the digest of the body is one. */
export function toRecordedEvent(delivery: Delivery, nowMs = Date.now()): RecordedEvent {
  const [id] = readPlaces(scheme.event.id, delivery) ?? [digest(delivery.body)];
  const [type] = readPlaces(scheme.event.type, delivery) ?? ['unknown'];
  return { id: id ?? '', type: type ?? '', occurredAtMs: nowMs, change: changeOf(type ?? '', delivery) };
}

/**
 * What an event changes: add a case for each event whose effect you keep. Take the order from the event's own time, not from its
 * arrival, and mark the states that nothing follows as final.
 */
function changeOf(type: string, _delivery: Delivery): RecordChange | undefined {
  switch (type) {
    default:
      return undefined;
  }
}

function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
