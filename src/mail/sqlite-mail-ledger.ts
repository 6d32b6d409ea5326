import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { Mode } from '../integrations/provider.ts';
import type { Sql } from '../storage/connection.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type {
  AppliedEvents,
  Delivery,
  DeliveryState,
  MailEvent,
  MailEventLimits,
  MailKey,
  MailLedger,
  MailRecord,
  MailState,
  PlannedMail,
} from './mail-ledger.ts';
import { furthest } from './mail-ledger.ts';

/** Rows deleted in one transaction. */
const PRUNE_BATCH = 1_000;
/** Of the oldest: those that are too old, and as many as there are too many. */
const PRUNE = `
  DELETE FROM mail_event WHERE (workspace, id) IN (
    SELECT workspace, id FROM (
      SELECT workspace, id, taken_at, row_number() OVER (ORDER BY taken_at) AS place
      FROM (SELECT workspace, id, taken_at FROM mail_event ORDER BY taken_at LIMIT :batch)
    ) WHERE taken_at < :old OR place <= :excess)`;

interface MailRow {
  workspace: string;
  id: string;
  integration: string;
  mode: Mode;
  reference: string;
  state: MailState;
  message_id: string | null;
  created_at: number;
  updated_at: number;
}

interface DeliveryRow {
  recipient: string;
  state: DeliveryState;
  opens: number;
  clicks: number;
  last_event_at: number;
}

export class SqliteMailLedger implements MailLedger {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;

  constructor(sqlite: Sqlite, clock: Clock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async plan({ workspace, id, integration, mode, reference }: PlannedMail): Promise<void> {
    const ledger = await this.#sqlite.ledger();
    const now = this.#clock.now();
    await ledger.write((sql) =>
      sql.run(
        `INSERT INTO mail (workspace, id, integration, mode, reference, state, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, 'planned', ?, ?) ON CONFLICT (workspace, id) DO NOTHING`,
        [workspace, id, integration, mode, reference, now, now],
      ),
    );
  }

  async end({ workspace, id }: MailKey, { state, messageId }: Parameters<MailLedger['end']>[1]): Promise<void> {
    const ledger = await this.#sqlite.ledger();
    await ledger.write((sql) =>
      sql.run(
        `UPDATE mail SET state = CASE WHEN state = 'accepted' OR (state = 'unknown' AND ? = 'failed') THEN state ELSE ? END,
           message_id = coalesce(message_id, ?), updated_at = ? WHERE workspace = ? AND id = ?`,
        [state, state, messageId ?? null, this.#clock.now(), workspace, id],
      ),
    );
  }

  async get(key: MailKey): Promise<MailRecord | undefined> {
    const ledger = await this.#sqlite.ledger();
    return ledger.read((sql) => {
      const row = findById(sql, key.workspace, key.id);
      return row === undefined ? undefined : toRecord(row, deliveriesOf(sql, row));
    });
  }

  async apply(workspace: string, events: readonly MailEvent[]): Promise<AppliedEvents> {
    const ledger = await this.#sqlite.ledger();
    return ledger.write((sql) => {
      const counts: AppliedEvents = { applied: 0, known: 0, foreign: 0 };
      for (const event of events) counts[this.#take(sql, workspace, event)] += 1;
      return counts;
    });
  }

  async prune({ maxAgeMs, maxEvents }: MailEventLimits): Promise<number> {
    const ledger = await this.#sqlite.ledger();
    let total = 0;
    for (;;) {
      const deleted = await ledger.write((sql) => {
        const count = sql.get<{ n: number }>('SELECT count(*) AS n FROM mail_event')?.n ?? 0;
        return sql.run(PRUNE, { batch: PRUNE_BATCH, old: this.#clock.now() - maxAgeMs, excess: count - maxEvents });
      });
      if (deleted === 0) return total;
      total += deleted;
      await nextTurn();
    }
  }

  #take(sql: Sql, workspace: string, event: MailEvent): keyof AppliedEvents {
    const mail = findByEvent(sql, workspace, event);
    if (mail === undefined) return 'foreign';
    const claimed = sql.run(
      'INSERT INTO mail_event (workspace, id, taken_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      [workspace, event.eventId, this.#clock.now()],
    );
    if (claimed === 0) return 'known';
    sql.run(
      `UPDATE mail SET state = 'accepted', message_id = coalesce(message_id, ?), updated_at = ? WHERE workspace = ? AND id = ?`,
      [event.messageId ?? null, this.#clock.now(), workspace, mail.id],
    );
    saveDelivery(sql, mail, event);
    return 'applied';
  }
}

function findById(sql: Sql, workspace: string, id: string): MailRow | undefined {
  return sql.get<MailRow>('SELECT * FROM mail WHERE workspace = ? AND id = ?', [workspace, id]);
}

/** By our own id first: an event may arrive before the answer that tells SendGrid's. */
function findByEvent(sql: Sql, workspace: string, { mailId, messageId }: MailEvent): MailRow | undefined {
  const own = mailId === undefined ? undefined : findById(sql, workspace, mailId);
  if (own !== undefined || messageId === undefined) return own;
  return sql.get<MailRow>('SELECT * FROM mail WHERE workspace = ? AND message_id = ?', [workspace, messageId]);
}

function saveDelivery(sql: Sql, { workspace, id }: MailRow, { recipient, state, at }: MailEvent): void {
  const row = sql.get<DeliveryRow>(
    'SELECT * FROM mail_delivery WHERE workspace = ? AND mail_id = ? AND recipient = ?',
    [workspace, id, recipient],
  );
  sql.run(
    `INSERT OR REPLACE INTO mail_delivery (workspace, mail_id, recipient, state, opens, clicks, last_event_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [
      workspace,
      id,
      recipient,
      furthest(row?.state, state),
      (row?.opens ?? 0) + (state === 'open' ? 1 : 0),
      (row?.clicks ?? 0) + (state === 'click' ? 1 : 0),
      Math.max(row?.last_event_at ?? 0, at),
    ],
  );
}

function deliveriesOf(sql: Sql, { workspace, id }: MailRow): Delivery[] {
  return sql
    .all<DeliveryRow>('SELECT * FROM mail_delivery WHERE workspace = ? AND mail_id = ? ORDER BY recipient', [
      workspace,
      id,
    ])
    .map(({ recipient, state, opens, clicks, last_event_at }) => ({
      recipient,
      state,
      opens,
      clicks,
      lastEventAt: last_event_at,
    }));
}

function toRecord({ message_id, created_at, updated_at, ...row }: MailRow, deliveries: Delivery[]): MailRecord {
  return {
    ...row,
    messageId: message_id ?? undefined,
    deliveries,
    createdAt: created_at,
    updatedAt: updated_at,
  };
}
