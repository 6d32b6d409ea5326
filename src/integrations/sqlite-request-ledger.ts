import type { Clock } from '../core/clock.ts';
import type { Connection, Sql } from '../storage/connection.ts';
import { present } from '../storage/connection.ts';
import type { Migration } from '../storage/migrations.ts';
import type { Gap } from '../storage/restoration.ts';
import { RESTORATION_TABLE } from '../storage/restoration.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import { recordEnd } from './request-end.ts';
import { isAlive, OWNER } from './request-lease.ts';
import type { Beginning, RequestEnd, RequestLedger, RequestPlan, RequestRecord } from './request-ledger.ts';
import type { RequestRow } from './request-row.ts';
import { canonicalJson, findScope, keyFor, nextRound, sha256, toRecord } from './request-row.ts';
import { admit, changedArguments, gapFor, refuseOtherTarget } from './request-rules.ts';

export const requestMigrations: readonly Migration[] = [
  {
    id: 'requests-001',
    sql: `
      CREATE TABLE request (
        id INTEGER PRIMARY KEY,
        workspace TEXT NOT NULL,
        integration TEXT NOT NULL,
        mode TEXT NOT NULL,
        operation TEXT NOT NULL,
        reference TEXT NOT NULL,
        arguments TEXT NOT NULL,
        arguments_hash TEXT NOT NULL,
        idempotency_key TEXT NOT NULL,
        round INTEGER NOT NULL DEFAULT 1,
        state TEXT NOT NULL,
        answer TEXT,
        answer_id TEXT,
        error TEXT,
        request_id TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        owner TEXT,
        lease_until INTEGER,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        UNIQUE (workspace, integration, mode, operation, reference)
      ) STRICT;
      CREATE INDEX request_by_arguments ON request (workspace, integration, arguments_hash, created_at);
      CREATE INDEX request_by_time ON request (workspace, integration, created_at);
      CREATE INDEX request_by_answer ON request (workspace, answer_id) WHERE answer_id IS NOT NULL;`,
  },
  { id: 'requests-002', sql: 'ALTER TABLE request ADD COLUMN target TEXT;' },
  {
    id: 'requests-003',
    sql: `
      ALTER TABLE request ADD COLUMN subject TEXT
        AS (coalesce(arguments ->> '$.payment_intent', arguments ->> '$.id')) VIRTUAL;
      CREATE INDEX request_by_subject ON request (workspace, subject) WHERE subject IS NOT NULL;`,
  },
  { id: 'requests-004', sql: RESTORATION_TABLE },
  {
    id: 'requests-005',
    // The beginning of the hash finds the row as well, and each entry takes a quarter of the room: fewer pages are written for a request.
    sql: `
      DROP INDEX request_by_arguments;
      CREATE INDEX request_by_arguments ON request (substr(arguments_hash, 1, 16), created_at);`,
  },
];

/** How many ends are kept while the file cannot be written; of more, the oldest are forgotten. */
const MAX_OWED = 100;

interface Owed {
  record: RequestRecord;
  end: RequestEnd;
}

export class SqliteRequestLedger implements RequestLedger {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;
  /** What could not be written, on a full disk for instance: it is tried again before anything is asked of the ledger. */
  readonly #owed = new Set<Owed>();

  constructor(sqlite: Sqlite, clock: Clock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async begin(plan: RequestPlan): Promise<Beginning> {
    const ledger = await this.#open();
    const json = canonicalJson(plan.arguments);
    const hash = sha256(json);
    return ledger.write((sql) => {
      const now = this.#clock.now();
      const row = findScope(sql, plan);
      if (row === undefined) return insert(sql, plan, json, hash, now);
      if (row.state !== 'failed') refuseOtherTarget(plan, row);
      if (row.arguments_hash === hash) return proceed(sql, plan, row, now);
      // What failed had no effect: the corrected request takes its place.
      if (row.state === 'failed') return restart(sql, plan, row, json, hash, now);
      throw changedArguments(plan, row);
    });
  }

  async end(record: RequestRecord, end: RequestEnd): Promise<void> {
    try {
      const ledger = await this.#sqlite.ledger();
      await ledger.write((sql) => recordEnd(sql, record, end, this.#clock.now()));
    } catch (thrown) {
      this.#owed.add({ record, end });
      for (const oldest of [...this.#owed].slice(0, -MAX_OWED)) this.#owed.delete(oldest);
      throw thrown;
    }
  }

  /** The connection, once what is owed was tried. */
  async #open(): Promise<Connection> {
    const ledger = await this.#sqlite.ledger();
    const owed = [...this.#owed];
    if (owed.length === 0) return ledger;
    const now = this.#clock.now();
    await ledger
      .write((sql) => {
        for (const { record, end } of owed) recordEnd(sql, record, end, now);
      })
      .then(
        () => {
          for (const one of owed) this.#owed.delete(one);
        },
        () => {},
      );
    return ledger;
  }

  async gap(plan: RequestPlan): Promise<Gap | undefined> {
    const ledger = await this.#open();
    return ledger.read((sql) => gapFor(sql, plan, this.#clock.now()));
  }

  async peek(plan: RequestPlan): Promise<{ record: RequestRecord | undefined; idempotencyKey: string }> {
    const ledger = await this.#open();
    return ledger.read((sql) => {
      const row = findScope(sql, plan);
      const gap = gapFor(sql, plan, this.#clock.now());
      if (row === undefined) return { record: undefined, idempotencyKey: keyFor(plan, 1), gap };
      const record = toRecord(row);
      if (row.state === 'failed') return { record, idempotencyKey: keyFor(plan, nextRound(row)), gap };
      return { record, idempotencyKey: record.idempotencyKey };
    });
  }

  async findAbout(workspace: string, objectId: string): Promise<RequestRecord[]> {
    const ledger = await this.#open();
    return ledger.read((sql) =>
      sql
        .all<RequestRow>(
          `SELECT * FROM request WHERE workspace = :workspace AND (answer_id = :id OR subject = :id) ORDER BY id`,
          { workspace, id: objectId },
        )
        .map(toRecord),
    );
  }
}

function proceed(sql: Sql, plan: RequestPlan, row: RequestRow, now: number): Beginning {
  if (row.state === 'executed') return { kind: 'replay', record: toRecord(row) };
  if (row.state === 'failed') return restart(sql, plan, row, row.arguments, row.arguments_hash, now);
  if (row.state === 'sent' && isAlive(row, now)) return { kind: 'wait', record: toRecord(row) };
  sql.run(`UPDATE request SET state = 'sent', owner = ?, lease_until = ?, updated_at = ? WHERE id = ?`, [
    OWNER,
    now + plan.leaseMs,
    now,
    row.id,
  ]);
  return { kind: 'send', record: toRecord(present(findScope(sql, plan), 'The request')), resumed: true };
}

function insert(sql: Sql, plan: RequestPlan, json: string, hash: string, now: number): Beginning {
  admit(sql, plan, hash, now);
  const { workspace, integration, mode, operation, reference } = plan;
  const row = sql.get<RequestRow>(
    `INSERT INTO request (workspace, integration, mode, operation, reference, target, arguments, arguments_hash, idempotency_key, state,
       owner, lease_until, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'sent', ?, ?, ?, ?) RETURNING *`,
    [
      workspace,
      integration,
      mode,
      operation,
      reference,
      plan.target ?? null,
      json,
      hash,
      keyFor(plan, 1),
      OWNER,
      now + plan.leaseMs,
      now,
      now,
    ],
  );
  return { kind: 'send', record: toRecord(present(row, 'The request')), resumed: false };
}

/** A new round under a new key: the old key may be bound to the old arguments at the service. */
function restart(sql: Sql, plan: RequestPlan, row: RequestRow, json: string, hash: string, now: number): Beginning {
  admit(sql, plan, hash, now);
  const round = nextRound(row);
  sql.run(
    `UPDATE request SET target = ?, arguments = ?, arguments_hash = ?, idempotency_key = ?, round = ?, state = 'sent', error = NULL, owner = ?,
       lease_until = ?, created_at = ?, updated_at = ?
     WHERE id = ?`,
    [plan.target ?? null, json, hash, keyFor(plan, round), round, OWNER, now + plan.leaseMs, now, now, row.id],
  );
  return { kind: 'send', record: toRecord(present(findScope(sql, plan), 'The request')), resumed: false };
}
