import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import type { Secrets } from '../core/secrets.ts';
import { UlidSource } from '../core/ulid.ts';
import type { Sql } from '../storage/connection.ts';
import { present } from '../storage/connection.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type {
  DeliveryFacts,
  EventAttempt,
  EventFilter,
  EventLimits,
  EventLog,
  EventStatus,
  EventSummary,
  LoggedEvent,
  ReceivedDelivery,
} from './event-log.ts';
import { MAX_RETRY_DELAY_MS } from './event-log.ts';
import { capUnverified, pruneSome } from './event-retention.ts';
import type { AttemptRow, EventRow, NewEventRow, SummaryRow } from './event-row.ts';
import { insertRow, SELECT_EVENT, SELECT_SUMMARY, toAttempt, toEvent, toNewRow, toSummary } from './event-row.ts';
import { seal, unseal } from './sealed-delivery.ts';

const MAX_ATTEMPTS = 200;

/** Needs `eventMigrations`. */
export class SqliteEventLog implements EventLog {
  readonly #sqlite: Sqlite;
  readonly #secrets: Secrets;
  readonly #clock: Clock;
  readonly #ids = new UlidSource();

  /** @param secrets to keep those out of the rows that a delivery carries */
  constructor(sqlite: Sqlite, secrets: Secrets, clock: Clock = systemClock) {
    this.#sqlite = sqlite;
    this.#secrets = secrets;
    this.#clock = clock;
  }

  async insert(
    delivery: ReceivedDelivery,
    status: 'pending' | 'ignored' = 'pending',
  ): Promise<{ event: LoggedEvent; isNew: boolean }> {
    const ledger = await this.#sqlite.ledger();
    const id = this.#ids.next(delivery.receivedAt);
    const row = toNewRow(delivery, seal(delivery, this.#secretOf(delivery), id), id, status);
    return ledger.write((sql) => {
      const known = findSame(sql, row);
      if (known !== undefined)
        return { event: this.#open(countDuplicate(sql, known, delivery.receivedAt)), isNew: false };
      insertRow(sql, row);
      if (row.status === 'unverified') capUnverified(sql, delivery.workspace);
      return { event: newEvent(delivery, id, row.status), isNew: true };
    });
  }

  async get(workspace: string, id: string): Promise<LoggedEvent | undefined> {
    const ledger = await this.#sqlite.ledger();
    const row = ledger.read((sql) => find(sql, workspace, id));
    return row && this.#open(toEvent(row));
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
    // Due later than any pause lasts: the clock was set back since, and the event must not wait until it catches up.
    const due = `${SELECT_EVENT} WHERE status = 'pending' AND (due_at <= ? OR due_at > ?) ORDER BY due_at, seq LIMIT ?`;
    return ledger
      .read((sql) => sql.all<EventRow>(due, [now, now + MAX_RETRY_DELAY_MS, limit]))
      .map((row) => this.#open(toEvent(row)));
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
      const event = 'SELECT seq FROM webhook_event WHERE workspace = ? AND id = ?';
      const seq = sql.get<{ seq: number }>(event, [workspace, attempt.eventId])?.seq;
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

  #open(event: LoggedEvent): LoggedEvent {
    return unseal(event, this.#secretOf(event), event.id);
  }

  #secretOf({ verdict: { matchedSecret } }: DeliveryFacts): string | undefined {
    return matchedSecret === undefined ? undefined : this.#secrets.get(matchedSecret);
  }

  /** In small transactions: deliveries that arrive meanwhile wait for none of them long. */
  async prune({ maxAgeMs, maxBytes }: EventLimits): Promise<number> {
    const ledger = await this.#sqlite.ledger();
    let total = 0;
    for (;;) {
      const deleted = await ledger.write((sql) => pruneSome(sql, this.#clock.now() - maxAgeMs, maxBytes));
      total += deleted;
      if (deleted === 0) return total;
      await nextTurn();
    }
  }
}

const LIST = `${SELECT_SUMMARY}
  WHERE workspace = :workspace AND (:provider IS NULL OR provider = :provider) AND (:type IS NULL OR event_type = :type)
    AND (:status IS NULL OR status = :status) AND (:since IS NULL OR received_at >= :since) AND (:before IS NULL OR id < :before)
  ORDER BY id DESC LIMIT :limit`;

function findSame(sql: Sql, row: NewEventRow): EventRow | undefined {
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
