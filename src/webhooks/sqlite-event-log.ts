import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import { UlidSource } from '../core/ulid.ts';
import type { Sql } from '../storage/connection.ts';
import { present } from '../storage/connection.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type {
  EventAttempt,
  EventFilter,
  EventLimits,
  EventLog,
  EventStatus,
  EventSummary,
  LoggedEvent,
  ReceivedDelivery,
} from './event-log.ts';
import type { AttemptRow, EventRow, SummaryRow } from './event-row.ts';
import { eventKey, SELECT_EVENT, SELECT_SUMMARY, toAttempt, toEvent, toSummary } from './event-row.ts';

/** What anybody can send is kept only so far: the newest of a workspace. */
const MAX_UNVERIFIED = 500;
const MAX_UNVERIFIED_BYTES = 32 * 1024 * 1024;
const MAX_ATTEMPTS = 200;
/** Rows deleted in one transaction. */
const PRUNE_BATCH = 200;

/** Needs `eventMigrations`. */
export class SqliteEventLog implements EventLog {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;
  readonly #ids = new UlidSource();

  constructor(sqlite: Sqlite, clock: Clock = systemClock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async insert(
    delivery: ReceivedDelivery,
    status: 'pending' | 'ignored' = 'pending',
  ): Promise<{ event: LoggedEvent; isNew: boolean }> {
    const ledger = await this.#sqlite.ledger();
    const id = this.#ids.next(delivery.receivedAt);
    const row = toParameters(delivery, id, status);
    return ledger.write((sql) => {
      const known = findSame(sql, row);
      if (known !== undefined) return { event: countDuplicate(sql, known, delivery.receivedAt), isNew: false };
      sql.run(INSERT, row);
      if (row.status === 'unverified') capUnverified(sql, delivery.workspace);
      return { event: newEvent(delivery, id, row.status), isNew: true };
    });
  }

  async get(workspace: string, id: string): Promise<LoggedEvent | undefined> {
    const ledger = await this.#sqlite.ledger();
    const row = ledger.read((sql) => find(sql, workspace, id));
    return row && toEvent(row);
  }

  async list(workspace: string, filter: EventFilter): Promise<EventSummary[]> {
    const ledger = await this.#sqlite.ledger();
    const parameters = {
      workspace,
      provider: filter.provider ?? null,
      type: filter.type ?? null,
      status: filter.status ?? null,
      since: filter.since ?? null,
      before: filter.before ?? null,
      limit: filter.limit,
    };
    return ledger.read((sql) => sql.all<SummaryRow>(LIST, parameters)).map(toSummary);
  }

  async pending(now: number, limit: number): Promise<LoggedEvent[]> {
    const ledger = await this.#sqlite.ledger();
    const due = `${SELECT_EVENT} WHERE status = 'pending' AND due_at <= ? ORDER BY due_at, seq LIMIT ?`;
    return ledger.read((sql) => sql.all<EventRow>(due, [now, limit])).map(toEvent);
  }

  async setStatus(
    workspace: string,
    id: string,
    status: Exclude<EventStatus, 'unverified'>,
    dueAt?: number,
  ): Promise<void> {
    const ledger = await this.#sqlite.ledger();
    await ledger.write((sql) =>
      sql.run(
        `UPDATE webhook_event SET status = ?, due_at = coalesce(?, received_at)
         WHERE workspace = ? AND id = ? AND status <> 'unverified'`,
        [status, dueAt ?? null, workspace, id],
      ),
    );
  }

  async addAttempt(workspace: string, attempt: EventAttempt): Promise<void> {
    const ledger = await this.#sqlite.ledger();
    await ledger.write((sql) => {
      const seq = find(sql, workspace, attempt.eventId)?.seq;
      if (seq === undefined) return;
      const { kind, target, status, error, note, startedAt, tookMs } = attempt;
      sql.run(
        `INSERT INTO webhook_attempt (event, kind, target, status, error, note, started_at, took_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [seq, kind, target ?? null, status ?? null, error ?? null, note ?? null, startedAt, tookMs],
      );
      sql.run(
        `DELETE FROM webhook_attempt WHERE event = :seq
           AND id <= (SELECT id FROM webhook_attempt WHERE event = :seq ORDER BY id DESC LIMIT 1 OFFSET :kept)`,
        { seq, kept: MAX_ATTEMPTS },
      );
    });
  }

  async attempts(workspace: string, id: string): Promise<EventAttempt[]> {
    const ledger = await this.#sqlite.ledger();
    const rows = ledger.read((sql) =>
      sql.all<AttemptRow>(
        `SELECT kind, target, status, error, note, started_at, took_ms FROM webhook_attempt
         WHERE event = (SELECT seq FROM webhook_event WHERE workspace = ? AND id = ?) ORDER BY id`,
        [workspace, id],
      ),
    );
    return rows.map((row) => toAttempt(id, row));
  }

  /** In small transactions: deliveries that arrive meanwhile wait for none of them long. */
  async prune({ maxAgeMs, maxBytes }: EventLimits): Promise<number> {
    const ledger = await this.#sqlite.ledger();
    let total = 0;
    for (;;) {
      const excess = ledger.read((sql) => sql.get<{ bytes: number }>(TOTAL)?.bytes ?? 0) - maxBytes;
      const parameters = { old: this.#clock.now() - maxAgeMs, excess, batch: PRUNE_BATCH };
      const deleted = await ledger.write((sql) => sql.run(PRUNE, parameters));
      total += deleted;
      if (deleted === 0) return total;
      await nextTurn();
    }
  }
}

const INSERT = `
  INSERT INTO webhook_event (id, workspace, provider, event_key, occurrence, event_id, event_type, status, due_at, received_at, path, url,
    reason, message, skew_s, matched_secret, body_bytes, bytes, raw_headers, body)
  VALUES (:id, :workspace, :provider, :event_key, :occurrence, :event_id, :event_type, :status, :received_at, :received_at, :path, :url,
    :reason, :message, :skew_s, :matched_secret, :body_bytes, :bytes, :raw_headers, :body)`;

const LIST = `${SELECT_SUMMARY}
  WHERE workspace = :workspace AND (:provider IS NULL OR provider = :provider) AND (:type IS NULL OR event_type = :type)
    AND (:status IS NULL OR status = :status) AND (:since IS NULL OR received_at >= :since) AND (:before IS NULL OR id < :before)
  ORDER BY id DESC LIMIT :limit`;

const TOTAL = 'SELECT coalesce(sum(bytes), 0) AS bytes FROM webhook_event INDEXED BY webhook_event_by_age';

/** Of the oldest that may go: those that are too old, and as many as it takes to get rid of the excess. */
const PRUNE = `
  DELETE FROM webhook_event WHERE seq IN (
    SELECT seq FROM (
      SELECT seq, received_at, sum(bytes) OVER (ORDER BY received_at, seq) - bytes AS before
      FROM (SELECT seq, received_at, bytes FROM webhook_event WHERE status <> 'pending' ORDER BY received_at, seq LIMIT :batch)
    ) WHERE received_at < :old OR before < :excess)`;

const CAP_UNVERIFIED = `
  DELETE FROM webhook_event WHERE seq IN (
    SELECT seq FROM (
      SELECT seq, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
      FROM webhook_event WHERE workspace = ? AND status = 'unverified' WINDOW newest AS (ORDER BY seq DESC)
    ) WHERE place > ? OR (total > ? AND place > 1))`;

function capUnverified(sql: Sql, workspace: string): void {
  sql.run(CAP_UNVERIFIED, [workspace, MAX_UNVERIFIED, MAX_UNVERIFIED_BYTES]);
}

type Parameters = ReturnType<typeof toParameters>;

function toParameters(delivery: ReceivedDelivery, id: string, verified: 'pending' | 'ignored') {
  const { verdict, body } = delivery;
  const headers = JSON.stringify(delivery.rawHeaders);
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
    path: delivery.path,
    url: delivery.url ?? null,
    reason: verdict.reason,
    message: verdict.message,
    skew_s: verdict.skewS ?? null,
    matched_secret: verdict.matchedSecret ?? null,
    body_bytes: body.length,
    bytes: body.length + headers.length,
    raw_headers: headers,
    body,
  };
}

function findSame(sql: Sql, row: Parameters): EventRow | undefined {
  if (row.status === 'unverified') {
    return sql.get<EventRow>(
      `${SELECT_EVENT} WHERE workspace = ? AND provider = ? AND event_key = ? AND status = 'unverified' LIMIT 1`,
      [row.workspace, row.provider, row.event_key],
    );
  }
  const verified = `${SELECT_EVENT} WHERE workspace = ? AND provider = ? AND status <> 'unverified'`;
  const same = sql.get<EventRow>(`${verified} AND event_key = ?`, [row.workspace, row.provider, row.event_key]);
  if (same !== undefined || row.occurrence === null) return same;
  return sql.get<EventRow>(`${verified} AND occurrence = ? LIMIT 1`, [row.workspace, row.provider, row.occurrence]);
}

function countDuplicate(sql: Sql, { seq, workspace, id }: EventRow, now: number): LoggedEvent {
  sql.run(
    'UPDATE webhook_event SET duplicates = duplicates + 1, last_duplicate_at = max(coalesce(last_duplicate_at, 0), ?) WHERE seq = ?',
    [now, seq],
  );
  return toEvent(present(find(sql, workspace, id), 'The event'));
}

function find(sql: Sql, workspace: string, id: string): EventRow | undefined {
  return sql.get<EventRow>(`${SELECT_EVENT} WHERE workspace = ? AND id = ?`, [workspace, id]);
}

function newEvent({ occurrence: _, ...delivery }: ReceivedDelivery, id: string, status: EventStatus): LoggedEvent {
  return { ...delivery, id, status, duplicates: 0, lastDuplicateAt: undefined, bodyBytes: delivery.body.length };
}
