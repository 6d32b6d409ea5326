import { createHash } from 'node:crypto';
import type { Sql } from '../storage/connection.ts';
import type { Migration } from '../storage/migrations.ts';
import type { EventAttempt, EventStatus, EventSummary, LoggedEvent, ReceivedDelivery } from './event-log.ts';
import type { VerdictReason } from './verdict.ts';

/** Headers and body lie apart: rows that change often stay small, and are read without what can be large. */
export const eventMigrations: readonly Migration[] = [
  {
    id: 'webhooks-001',
    sql: `
      CREATE TABLE webhook_event (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        workspace TEXT NOT NULL,
        provider TEXT NOT NULL,
        event_key TEXT NOT NULL,
        occurrence TEXT,
        event_id TEXT,
        event_type TEXT,
        status TEXT NOT NULL,
        due_at INTEGER,
        duplicates INTEGER NOT NULL DEFAULT 0,
        last_duplicate_at INTEGER,
        received_at INTEGER NOT NULL,
        path TEXT NOT NULL,
        url TEXT,
        reason TEXT NOT NULL,
        message TEXT NOT NULL,
        skew_s INTEGER,
        matched_secret TEXT,
        body_bytes INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        UNIQUE (workspace, id)
      ) STRICT;
      CREATE TABLE webhook_content (
        event INTEGER PRIMARY KEY REFERENCES webhook_event (seq) ON DELETE CASCADE,
        raw_headers TEXT NOT NULL,
        body BLOB NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX webhook_event_by_key ON webhook_event (workspace, provider, event_key) WHERE status <> 'unverified';
      CREATE INDEX webhook_event_by_occurrence ON webhook_event (workspace, provider, occurrence)
        WHERE occurrence IS NOT NULL AND status <> 'unverified';
      CREATE INDEX webhook_event_unverified ON webhook_event (workspace, seq, event_key, bytes) WHERE status = 'unverified';
      CREATE INDEX webhook_event_due ON webhook_event (due_at, seq) WHERE status = 'pending';
      CREATE INDEX webhook_event_by_age ON webhook_event (received_at, bytes);
      CREATE TABLE webhook_attempt (
        id INTEGER PRIMARY KEY,
        event INTEGER NOT NULL REFERENCES webhook_event (seq) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        target TEXT,
        status INTEGER,
        error TEXT,
        note TEXT,
        started_at INTEGER NOT NULL,
        took_ms REAL NOT NULL
      ) STRICT;
      CREATE INDEX webhook_attempt_by_event ON webhook_attempt (event, id);`,
  },
  {
    id: 'webhooks-004',
    sql: `
      ALTER TABLE webhook_event ADD COLUMN held_for TEXT;
      DROP INDEX webhook_event_due;
      CREATE INDEX webhook_event_due ON webhook_event (held_for, due_at, seq) WHERE status = 'pending';`,
  },
];

const SUMMARY_COLUMNS = `id, workspace, provider, event_id, event_type, status, duplicates, last_duplicate_at, received_at, path, url, reason,
  message, skew_s, matched_secret, body_bytes`;

export const SELECT_SUMMARY = `SELECT ${SUMMARY_COLUMNS} FROM webhook_event`;
export const SELECT_EVENT = `SELECT ${SUMMARY_COLUMNS}, seq, raw_headers, body FROM webhook_event JOIN webhook_content ON event = seq`;

export interface SummaryRow {
  id: string;
  workspace: string;
  provider: string;
  event_id: string | null;
  event_type: string | null;
  status: EventStatus;
  duplicates: number;
  last_duplicate_at: number | null;
  received_at: number;
  path: string;
  url: string | null;
  reason: VerdictReason;
  message: string;
  skew_s: number | null;
  matched_secret: string | null;
  body_bytes: number;
}

export interface EventRow extends SummaryRow {
  seq: number;
  raw_headers: string;
  body: Buffer;
}

export interface AttemptRow {
  kind: EventAttempt['kind'];
  target: string | null;
  status: number | null;
  error: string | null;
  note: string | null;
  started_at: number;
  took_ms: number;
}

export function toSummary(row: SummaryRow): EventSummary {
  return {
    id: row.id,
    workspace: row.workspace,
    provider: row.provider,
    path: row.path,
    url: row.url ?? undefined,
    verdict: {
      valid: row.status !== 'unverified',
      reason: row.reason,
      message: row.message,
      skewS: row.skew_s ?? undefined,
      matchedSecret: row.matched_secret ?? undefined,
    },
    eventId: row.event_id ?? undefined,
    eventType: row.event_type ?? undefined,
    receivedAt: row.received_at,
    status: row.status,
    duplicates: row.duplicates,
    lastDuplicateAt: row.last_duplicate_at ?? undefined,
    bodyBytes: row.body_bytes,
  };
}

export function toEvent(row: EventRow): LoggedEvent {
  return { ...toSummary(row), rawHeaders: JSON.parse(row.raw_headers) as string[], body: row.body };
}

export function toAttempt(eventId: string, row: AttemptRow): EventAttempt {
  return {
    eventId,
    kind: row.kind,
    target: row.target ?? undefined,
    status: row.status ?? undefined,
    error: row.error ?? undefined,
    note: row.note ?? undefined,
    startedAt: row.started_at,
    tookMs: row.took_ms,
  };
}

const BLANKS = [0x20, 0x09, 0x0a, 0x0d];
const LIST_START = 0x5b;

/**
 * What makes two deliveries the same event: the provider's id and type, otherwise the very bytes. The id inside a list is that of one of
 * several events, and says nothing about the others.
 */
function eventKey({ verdict, eventId, eventType, body }: ReceivedDelivery): string {
  const first = body.find((byte) => !BLANKS.includes(byte));
  if (verdict.valid && eventId !== undefined && first !== LIST_START) return `${eventId} ${eventType ?? ''}`;
  const digest = createHash('sha256').update(body).digest('base64url');
  return verdict.valid ? `sha256 ${digest}` : `${verdict.reason} ${digest}`;
}

/** @param sealed the delivery as it may be stored; what it is about is told by the one that arrived. */
export function toNewRow(
  delivery: ReceivedDelivery,
  sealed: ReceivedDelivery,
  id: string,
  verified: 'pending' | 'ignored',
) {
  const { verdict } = delivery;
  const { body } = sealed;
  const headers = JSON.stringify(sealed.rawHeaders);
  const status: EventStatus = verdict.valid ? verified : 'unverified';
  return {
    id,
    workspace: delivery.workspace,
    provider: delivery.provider,
    event_key: eventKey(delivery),
    occurrence: delivery.occurrence ?? null,
    event_id: delivery.eventId ?? null,
    event_type: delivery.eventType ?? null,
    status,
    received_at: delivery.receivedAt,
    path: sealed.path,
    url: sealed.url ?? null,
    reason: verdict.reason,
    message: verdict.message,
    skew_s: verdict.skewS ?? null,
    matched_secret: verdict.matchedSecret ?? null,
    body_bytes: delivery.body.length,
    bytes: body.length + headers.length,
    raw_headers: headers,
    body,
  };
}

export type NewEventRow = ReturnType<typeof toNewRow>;

const INSERT = `
  INSERT INTO webhook_event (id, workspace, provider, event_key, occurrence, event_id, event_type, status, due_at, received_at, path, url,
    reason, message, skew_s, matched_secret, body_bytes, bytes)
  VALUES (:id, :workspace, :provider, :event_key, :occurrence, :event_id, :event_type, :status, :received_at, :received_at, :path, :url,
    :reason, :message, :skew_s, :matched_secret, :body_bytes, :bytes)`;

const INSERT_CONTENT =
  'INSERT INTO webhook_content (event, raw_headers, body) VALUES (last_insert_rowid(), :raw_headers, :body)';

export function insertRow(sql: Sql, { body, raw_headers, ...facts }: NewEventRow): void {
  sql.run(INSERT, facts);
  sql.run(INSERT_CONTENT, { body, raw_headers });
}
