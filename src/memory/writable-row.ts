import { AppError } from '../core/errors.ts';
import type { Sql } from '../storage/connection.ts';
import type { MemoryRow } from './memory-row.ts';

export type FullRow = MemoryRow & { facets: string };

/** The memory that a caller may change: of its workspace or global, not expired. Throws `not_found`. */
export function writableRow(sql: Sql, id: string, workspace: string, now: number): FullRow {
  const row = sql.get<FullRow>(
    `SELECT * FROM memory
     WHERE id = ? AND (workspace = ? OR is_global = 1) AND (expires_at IS NULL OR expires_at > ?)`,
    [id, workspace, now],
  );
  if (row !== undefined) return row;
  throw new AppError('not_found', 'There is no such memory in this workspace, or it was deleted or has expired.', {
    hint: 'Take memory_id from the results of search_memories.',
    details: { memory_id: id },
  });
}
