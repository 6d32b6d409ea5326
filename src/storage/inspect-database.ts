import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Migration } from './migrations.ts';
import { pendingMigrations } from './migrations.ts';
import { noPlaceError, toStorageError } from './storage-error.ts';

/** What can be said of a database file without changing it. */
export interface DatabaseReport {
  path: string;
  /** False when it is to be made at first use; then nothing below is known. */
  exists: boolean;
  bytes: number;
  /** Of the write-ahead log: what is not in the file itself yet. */
  walBytes: number;
  journalMode: string;
  /** What SQLite's own check found, at most ten lines; empty for a sound file. */
  damage: string[];
  /** Migrations that the next opening applies. */
  pending: number;
}

/**
 * Reads a database file, its pages included, through a connection that cannot write. Throws `unavailable`, with what to do, for one
 * that cannot be opened, and for one of a newer version.
 */
export async function inspectDatabase(path: string, migrations: readonly Migration[]): Promise<DatabaseReport> {
  const report = { path, exists: false, bytes: 0, walBytes: 0, journalMode: 'wal', damage: [], pending: 0 };
  try {
    if (path === '') throw noPlaceError();
    if (!existsSync(path)) {
      refuseUnwritable(path);
      return report;
    }
    const { default: open } = await import('better-sqlite3');
    const db = new open(path, { readonly: true, timeout: 5_000 });
    try {
      const lines = pragmaText(db, 'quick_check(10)').flatMap((text) => text.split('\n'));
      const damage = lines.filter((line) => line !== 'ok' && !line.startsWith('***'));
      const [journalMode = 'unknown'] = pragmaText(db, 'journal_mode');
      const pending = pendingMigrations(db, migrations).length;
      accessSync(path, constants.W_OK);
      accessSync(dirname(path), constants.W_OK);
      return { path, exists: true, bytes: sizeOf(path), walBytes: sizeOf(`${path}-wal`), journalMode, damage, pending };
    } finally {
      db.close();
    }
  } catch (thrown) {
    throw toStorageError(thrown, path);
  }
}

/** The folders that are missing are made at first use, below one that must take them. */
function refuseUnwritable(path: string): void {
  let folder = dirname(path);
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  accessSync(folder, constants.W_OK | constants.X_OK);
}

/** The first column of each row that a pragma answers. */
function pragmaText(db: Database, pragma: string): string[] {
  return db.prepare<[], string>(`PRAGMA ${pragma}`).pluck().all().map(String);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
