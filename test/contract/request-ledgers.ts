import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { expect } from 'vitest';
import type { Beginning, RequestLedger, RequestPlan, RequestRecord } from '../../src/integrations/request-ledger.ts';
import { requestMigrations, SqliteRequestLedger } from '../../src/integrations/sqlite-request-ledger.ts';
import { databasePath, sqliteAt } from '../support/database.ts';

export const HOUR_MS = 3_600_000;
export const LEASE_MS = 35_000;

const deadPid = spawnSync(process.execPath, ['--version']).pid;

export interface LedgerSetup {
  /** Two adapters on one file, as two processes have them. */
  ledger: SqliteRequestLedger;
  other: SqliteRequestLedger;
  clock: { time: number; now(): number };
  /** As when the process that held the request had died: its pid belongs to nobody. */
  killOwner(record: RequestRecord): Promise<void>;
  /** Columns that the port does not show. */
  column(record: RequestRecord, name: string): Promise<unknown>;
}

export function openLedgers(): LedgerSetup {
  const path = databasePath();
  const clock = { time: 1_800_000_000_000, now: () => clock.time };
  const [sqlite, second] = [sqliteAt(path, requestMigrations), sqliteAt(path, requestMigrations)];
  return {
    ledger: new SqliteRequestLedger(sqlite, clock),
    other: new SqliteRequestLedger(second, clock),
    clock,
    async killOwner({ id }) {
      const connection = await sqlite.ledger();
      await connection.write((sql) =>
        sql.run('UPDATE request SET owner = ? WHERE id = ?', [`${hostname()}:${deadPid}`, id]),
      );
    },
    async column({ id }, name) {
      const connection = await sqlite.ledger();
      return connection.read((sql) => sql.get(`SELECT ${name} AS value FROM request WHERE id = ?`, [id])?.['value']);
    },
  };
}

export function plan(more: Partial<RequestPlan> = {}): RequestPlan {
  return {
    workspace: '/projects/shop',
    integration: 'stripe',
    mode: 'test',
    operation: 'createPaymentIntent',
    reference: 'order-1',
    arguments: { amount: 1050, currency: 'usd' },
    idempotencyKey: undefined,
    allowDuplicate: false,
    leaseMs: LEASE_MS,
    limits: {},
    ...more,
  };
}

export const ANSWER = { id: 'pi_1', status: 'succeeded' };

/** Begins what must be sent now. */
export async function begin(ledger: RequestLedger, planned: RequestPlan = plan()): Promise<RequestRecord> {
  const beginning = await ledger.begin(planned);
  expect(beginning.kind).toBe('send');
  return beginning.record;
}

export async function execute(
  ledger: RequestLedger,
  planned: RequestPlan = plan(),
  answer: unknown = ANSWER,
): Promise<RequestRecord> {
  const record = await begin(ledger, planned);
  await ledger.end(record, { state: 'executed', answer, requestId: 'req_1', attempts: 2 });
  return record;
}

export const kindOf = async (beginning: Promise<Beginning>) => (await beginning).kind;
