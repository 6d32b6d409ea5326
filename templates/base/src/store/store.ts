import type { RecordChange, RecordedEvent, StoredRecord } from '../types/index.js';
import { isFields, parseJson } from '../utils/body.util.js';

/** What is known of a request that must have its effect once. */
export type RequestState =
  /** Nobody used the reference before: it now belongs to the caller. */
  | { state: 'new' }
  /** Sent earlier, without a known end. */
  | { state: 'pending'; startedAtMs: number }
  | { state: 'done'; result: string };

/** Resolved means durable. Every adapter passes `tests/store.test.ts`. */
export interface IntegrationStore {
  /**
   * Records the events that are new and applies their changes, all in one transaction: a crash leaves either everything or nothing, and
   * the provider's retry finds the same. Resolves to the ids that were new.
   */
  record(events: readonly RecordedEvent[]): Promise<readonly string[]>;
  find(kind: string, id: string): Promise<StoredRecord | undefined>;
  /**
   * Claims a reference before its request is sent. Throws `ReferenceConflictError` when it was used with another fingerprint.
   * @param fingerprint a digest of the arguments
   */
  beginRequest(reference: string, fingerprint: string): Promise<RequestState>;
  finishRequest(reference: string, result: string): Promise<void>;
  /** Gives a reference back after a request that certainly had no effect. */
  abandonRequest(reference: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * The record after an event, or undefined when the event changes nothing. Events arrive in any order: a final state stays, otherwise
 * the later event wins. The last comparison only makes the result the same for every order.
 */
export function applyChange(
  current: StoredRecord | undefined,
  event: RecordedEvent,
  change: RecordChange,
): StoredRecord | undefined {
  const next: StoredRecord = { ...change, occurredAtMs: event.occurredAtMs, eventId: event.id };
  return current === undefined || compare(next, current) > 0 ? next : undefined;
}

function compare(a: StoredRecord, b: StoredRecord): number {
  return (
    Number(a.isFinal) - Number(b.isFinal) ||
    a.occurredAtMs - b.occurredAtMs ||
    a.rank - b.rank ||
    (a.eventId < b.eventId ? -1 : 1)
  );
}

/** The `data` of a record as an adapter stored it, in JSON. */
export function parseData(text: string): RecordChange['data'] {
  const parsed = parseJson(Buffer.from(text));
  if (!isFields(parsed)) throw new Error('A stored record is damaged.');
  const entries = Object.entries(parsed).filter((entry): entry is [string, RecordChange['data'][string]] =>
    isScalar(entry[1]),
  );
  return Object.fromEntries(entries);
}

function isScalar(value: unknown): value is RecordChange['data'][string] {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
