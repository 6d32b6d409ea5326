import type { Migration } from '../storage/migrations.ts';

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
  {
    id: 'payments-002',
    sql: `
      ALTER TABLE payment ADD COLUMN decline_code TEXT;
      CREATE INDEX payment_by_time ON payment (workspace, updated_at);

      CREATE TABLE refund_fact (
        workspace TEXT NOT NULL,
        payment_id TEXT NOT NULL,
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        amount_minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        status TEXT NOT NULL,
        observed_at INTEGER NOT NULL,
        PRIMARY KEY (workspace, payment_id, id)
      ) WITHOUT ROWID, STRICT;

      CREATE TABLE subscription (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        facts TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (workspace, id)
      ) WITHOUT ROWID, STRICT;
      CREATE INDEX subscription_by_time ON subscription (workspace, updated_at);

      CREATE TABLE subscription_invoice (
        workspace TEXT NOT NULL,
        subscription_id TEXT NOT NULL,
        id TEXT NOT NULL,
        state TEXT NOT NULL,
        amount_minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        observed_at INTEGER NOT NULL,
        PRIMARY KEY (workspace, subscription_id, id)
      ) WITHOUT ROWID, STRICT;

      CREATE TABLE applied_event (
        workspace TEXT NOT NULL,
        claim TEXT NOT NULL,
        event_id TEXT NOT NULL,
        type TEXT NOT NULL,
        subject TEXT NOT NULL,
        note TEXT NOT NULL,
        occurred_at INTEGER NOT NULL,
        applied_at INTEGER NOT NULL,
        PRIMARY KEY (workspace, claim)
      ) WITHOUT ROWID, STRICT;
      CREATE INDEX applied_event_by_subject ON applied_event (workspace, subject, occurred_at);

      CREATE TABLE event_hook (
        workspace TEXT NOT NULL,
        claim TEXT NOT NULL,
        name TEXT NOT NULL,
        done_at INTEGER,
        PRIMARY KEY (workspace, claim, name)
      ) WITHOUT ROWID, STRICT;`,
  },
];
