import type { Database } from 'better-sqlite3';
import type { Sql } from './connection.ts';

/** For the migration of whoever reads it. A backup of an older version has no such table, so restoring makes it too. */
export const RESTORATION_TABLE =
  'CREATE TABLE IF NOT EXISTS restoration (backup_made_at INTEGER NOT NULL, restored_at INTEGER NOT NULL) STRICT;';

/** What was stored between the two moments, in milliseconds since the epoch, is not in the database. */
export interface Gap {
  backupMadeAt: number;
  restoredAt: number;
}

/** Written into the copy before it takes the place of the damaged file: whoever reads the one finds the other. */
export function markRestored(db: Database, { backupMadeAt, restoredAt }: Gap): void {
  db.exec(RESTORATION_TABLE);
  db.prepare('INSERT INTO restoration VALUES (?, ?)').run(backupMadeAt, restoredAt);
}

/** From the first to the last of what restorations since then have lost. */
export function gapSince(sql: Sql, since: number): Gap | undefined {
  const gap = sql.get<{ backupMadeAt: number | null; restoredAt: number | null }>(
    `SELECT min(backup_made_at) AS backupMadeAt, max(restored_at) AS restoredAt FROM restoration WHERE restored_at > ?`,
    [since],
  );
  if (gap === undefined || gap.backupMadeAt === null || gap.restoredAt === null) return undefined;
  return { backupMadeAt: gap.backupMadeAt, restoredAt: gap.restoredAt };
}
