import type { Mode } from '../integrations/provider.ts';
import type { Sql } from '../storage/connection.ts';
import type { Migration } from '../storage/migrations.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { Payment, PaymentLedger, PaymentObservation } from './payment-ledger.ts';
import { advance } from './payment-ledger.ts';

export const paymentMigrations: readonly Migration[] = [
  {
    id: 'payments-001',
    sql: `
      CREATE TABLE payment (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        integration TEXT NOT NULL,
        mode TEXT NOT NULL,
        amount_minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        status TEXT NOT NULL,
        reference TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (workspace, id)
      ) WITHOUT ROWID, STRICT;`,
  },
];

interface PaymentRow {
  workspace: string;
  id: string;
  integration: string;
  mode: Mode;
  amount_minor: number;
  currency: string;
  status: string;
  reference: string | null;
  created_at: number;
  updated_at: number;
}

export class SqlitePaymentLedger implements PaymentLedger {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  async observe(observation: PaymentObservation): Promise<Payment> {
    const ledger = await this.#sqlite.ledger();
    return ledger.write((sql) => {
      const payment = advance(find(sql, observation.workspace, observation.id), observation);
      save(sql, payment);
      return payment;
    });
  }

  async get(workspace: string, id: string): Promise<Payment | undefined> {
    const ledger = await this.#sqlite.ledger();
    return ledger.read((sql) => find(sql, workspace, id));
  }
}

function find(sql: Sql, workspace: string, id: string): Payment | undefined {
  const row = sql.get<PaymentRow>('SELECT * FROM payment WHERE workspace = ? AND id = ?', [workspace, id]);
  if (row === undefined) return undefined;
  const { amount_minor, created_at, updated_at, reference, ...rest } = row;
  return {
    ...rest,
    reference: reference ?? undefined,
    amountMinor: amount_minor,
    createdAt: created_at,
    updatedAt: updated_at,
  };
}

function save(sql: Sql, payment: Payment): void {
  const { workspace, id, integration, mode, amountMinor, currency, status, reference, createdAt, updatedAt } = payment;
  sql.run(
    `INSERT INTO payment (workspace, id, integration, mode, amount_minor, currency, status, reference, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (workspace, id) DO UPDATE SET integration = excluded.integration, mode = excluded.mode,
       amount_minor = excluded.amount_minor, currency = excluded.currency, status = excluded.status,
       reference = excluded.reference, created_at = excluded.created_at, updated_at = excluded.updated_at`,
    [workspace, id, integration, mode, amountMinor, currency, status, reference ?? null, createdAt, updatedAt],
  );
}
