import type { Migration } from '../storage/migrations.ts';

export const mailMigrations: readonly Migration[] = [
  {
    id: 'mail-001',
    sql: `
      CREATE TABLE mail (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        integration TEXT NOT NULL,
        mode TEXT NOT NULL,
        reference TEXT NOT NULL,
        state TEXT NOT NULL,
        message_id TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (workspace, id)
      ) WITHOUT ROWID, STRICT;
      CREATE INDEX mail_by_message ON mail (workspace, message_id) WHERE message_id IS NOT NULL;
      CREATE TABLE mail_delivery (
        workspace TEXT NOT NULL,
        mail_id TEXT NOT NULL,
        recipient TEXT NOT NULL,
        state TEXT NOT NULL,
        opens INTEGER NOT NULL,
        clicks INTEGER NOT NULL,
        last_event_at INTEGER NOT NULL,
        PRIMARY KEY (workspace, mail_id, recipient)
      ) WITHOUT ROWID, STRICT;
      CREATE TABLE mail_event (
        workspace TEXT NOT NULL,
        id TEXT NOT NULL,
        PRIMARY KEY (workspace, id)
      ) WITHOUT ROWID, STRICT;`,
  },
  {
    id: 'mail-002',
    sql: `
      ALTER TABLE mail_event ADD COLUMN taken_at INTEGER NOT NULL DEFAULT 0;
      UPDATE mail_event SET taken_at = unixepoch() * 1000;
      CREATE INDEX mail_event_by_age ON mail_event (taken_at);`,
  },
];
