import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Migration } from '../../src/storage/migrations.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';

/** Where a database can be made; the folder is gone after the test. */
export function databasePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-storage-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'test.db');
}

/** Opens at first use; closed after the test. */
export function sqliteAt(path: string, migrations: readonly Migration[]): Sqlite {
  const sqlite = new Sqlite({ path, migrations });
  onTestFinished(() => sqlite.close());
  return sqlite;
}
