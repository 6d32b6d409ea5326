import { AppError } from '../core/errors.ts';
import type { Sql } from '../storage/connection.ts';
import { facetGroups } from './facets.ts';
import { removeFromIndex } from './memory-index.ts';
import type { MemoryRow } from './memory-row.ts';
import { MEMORY_COLUMNS } from './memory-row.ts';
import type { DeleteFilter } from './memory-store.ts';
import { MAX_DELETED } from './memory-store.ts';

/** Takes memories out of the table and the index; versions and links go with them. */
export function deleteRows(sql: Sql, rows: readonly Pick<MemoryRow, 'seq' | 'superseded_by'>[]): void {
  for (const { seq, superseded_by } of rows) {
    if (superseded_by === null) removeFromIndex(sql, seq);
    sql.run('DELETE FROM memory WHERE seq = ?', [seq]);
  }
}

/** Every group of facet words must have one in the memory. Superseded memories are not in the text index: hence not through it. */
const FITTING = `
  FROM memory
  WHERE workspace = :workspace AND is_global = 0 AND stored_at <= :until
    AND (expires_at IS NULL OR expires_at > :now)
    AND NOT EXISTS (
      SELECT 1 FROM json_each(:groups) AS facet
      WHERE NOT EXISTS (SELECT 1 FROM json_each(facet.value) AS word WHERE instr(memory.facets, word.value) > 0))`;

export interface Fitting {
  rows: MemoryRow[];
  remaining: number;
}

export function fittingRows(sql: Sql, filter: DeleteFilter, workspace: string, now: number): Fitting {
  const { contextTypes: types, sessionId: session, until, ...equal } = filter;
  const groups = facetGroups({ ...equal, types, session, scope: undefined });
  if (groups.length === 0 && until === undefined) throw emptyFilter();
  const parameters = { workspace, until: until ?? Number.MAX_SAFE_INTEGER, now, groups: JSON.stringify(groups) };
  const rows = sql.all<MemoryRow>(`SELECT ${MEMORY_COLUMNS} ${FITTING} ORDER BY seq LIMIT ${MAX_DELETED}`, parameters);
  if (rows.length < MAX_DELETED) return { rows, remaining: 0 };
  const all = sql.get<{ n: number }>(`SELECT count(*) AS n ${FITTING}`, parameters)?.n ?? rows.length;
  return { rows, remaining: all - rows.length };
}

function emptyFilter(): AppError {
  return new AppError('invalid_input', 'The filter is empty: it would fit every memory.', {
    hint: 'Name what the memories to delete have in common. Nothing was deleted.',
  });
}
