import type { Clock } from '../core/clock.ts';
import type { Sql } from '../storage/connection.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { AppliedEvent, EventClaim, EventFact, EventLedger, NewEvent } from './event-ledger.ts';
import { observePayment, observeRefund } from './payment-rows.ts';
import { observeInvoice, observeSubscription } from './subscription-rows.ts';

interface EventRow {
  workspace: string;
  claim: string;
  event_id: string;
  type: string;
  subject: string;
  note: string;
  occurred_at: number;
  applied_at: number;
}

/** Most events of one object that are shown. */
const SHOWN = 100;

/** Applied events in SQLite, beside the ledgers that they change; needs `paymentMigrations`. */
export class SqliteEventLedger implements EventLedger {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;

  constructor(sqlite: Sqlite, clock: Clock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async apply(event: NewEvent, facts: readonly EventFact[], hooks: readonly string[]): Promise<boolean> {
    const ledger = await this.#sqlite.ledger();
    return ledger.write((sql) => {
      if (!claim(sql, event, this.#clock.now())) return false;
      for (const fact of facts) applyFact(sql, event.workspace, fact);
      for (const hook of hooks) {
        sql.run('INSERT INTO event_hook (workspace, claim, name) VALUES (?, ?, ?)', [
          event.workspace,
          event.claim,
          hook,
        ]);
      }
      return true;
    });
  }

  async openHooks({ workspace, claim }: EventClaim): Promise<string[]> {
    const ledger = await this.#sqlite.ledger();
    const rows = ledger.read((sql) =>
      sql.all<{ name: string }>(
        'SELECT name FROM event_hook WHERE workspace = ? AND claim = ? AND done_at IS NULL ORDER BY name',
        [workspace, claim],
      ),
    );
    return rows.map(({ name }) => name);
  }

  async endHook({ workspace, claim }: EventClaim, hook: string): Promise<void> {
    const ledger = await this.#sqlite.ledger();
    await ledger.write((sql) =>
      sql.run('UPDATE event_hook SET done_at = ? WHERE workspace = ? AND claim = ? AND name = ? AND done_at IS NULL', [
        this.#clock.now(),
        workspace,
        claim,
        hook,
      ]),
    );
  }

  async about(workspace: string, subject: string): Promise<AppliedEvent[]> {
    const ledger = await this.#sqlite.ledger();
    return ledger.read((sql) =>
      sql
        .all<EventRow>(
          `SELECT * FROM (SELECT * FROM applied_event WHERE workspace = ? AND subject = ? ORDER BY occurred_at DESC, claim LIMIT ?)
           ORDER BY occurred_at, applied_at, claim`,
          [workspace, subject, SHOWN],
        )
        .map((row) => toEvent(row, hooksOf(sql, row))),
    );
  }
}

function claim(sql: Sql, event: NewEvent, now: number): boolean {
  return (
    sql.run(
      `INSERT INTO applied_event (workspace, claim, event_id, type, subject, note, occurred_at, applied_at)
       VALUES (:workspace, :claim, :eventId, :type, :subject, :note, :occurredAt, :now) ON CONFLICT DO NOTHING`,
      { ...event, now },
    ) > 0
  );
}

function applyFact(sql: Sql, workspace: string, fact: EventFact): void {
  switch (fact.kind) {
    case 'payment':
      observePayment(sql, fact.observation);
      return;
    case 'refund':
      observeRefund(sql, workspace, fact.fact);
      return;
    case 'subscription':
      observeSubscription(sql, fact.observation);
      return;
    case 'invoice':
      observeInvoice(sql, workspace, fact.fact);
      return;
  }
}

function hooksOf(sql: Sql, { workspace, claim }: EventRow): AppliedEvent['hooks'] {
  return sql
    .all<{ name: string; done_at: number | null }>(
      'SELECT name, done_at FROM event_hook WHERE workspace = ? AND claim = ? ORDER BY name',
      [workspace, claim],
    )
    .map(({ name, done_at }) => ({ name, isDone: done_at !== null }));
}

function toEvent(row: EventRow, hooks: AppliedEvent['hooks']): AppliedEvent {
  const { event_id, occurred_at, applied_at, ...rest } = row;
  return { ...rest, eventId: event_id, occurredAt: occurred_at, appliedAt: applied_at, hooks };
}
