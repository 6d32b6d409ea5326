import type { Migration } from '../../src/storage/migrations.ts';

/** The schema that the storage tests write to. */
export const noteMigrations: readonly Migration[] = [
  { id: 'note-001', sql: 'CREATE TABLE note (text TEXT PRIMARY KEY) STRICT' },
];
