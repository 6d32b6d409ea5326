import type { Sql } from '../storage/connection.ts';
import type { MemoryRow, VersionRow } from './memory-row.ts';
import { VERSION_COLUMNS } from './memory-row.ts';
import { MAX_VERSIONS } from './memory-store.ts';

/** Keeps the present state of a memory that is about to be written over; the oldest beyond the limit go. */
export function keepVersion(sql: Sql, row: Pick<MemoryRow, 'seq' | 'id' | 'version'>): void {
  sql.run(
    `INSERT INTO memory_version (memory_id, version, saved_at, ${VERSION_COLUMNS})
     SELECT id, version, coalesce(updated_at, created_at), ${VERSION_COLUMNS} FROM memory WHERE seq = ?`,
    [row.seq],
  );
  sql.run('DELETE FROM memory_version WHERE memory_id = ? AND version <= ?', [row.id, row.version - MAX_VERSIONS]);
}

/** The kept versions, newest first. */
export function readVersions(sql: Sql, id: string): VersionRow[] {
  return sql.all<VersionRow>(
    `SELECT version, saved_at, ${VERSION_COLUMNS} FROM memory_version WHERE memory_id = ? ORDER BY version DESC`,
    [id],
  );
}
