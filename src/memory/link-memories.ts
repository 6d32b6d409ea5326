import { AppError } from '../core/errors.ts';
import type { Sql } from '../storage/connection.ts';
import type { Link, Origin, Relationship, StoredLink } from './memory.ts';
import { toPlainText } from './plain-text.ts';
import { writableRow } from './writable-row.ts';

interface LinkRow {
  from_id: string;
  to_id: string;
  relationship: Relationship;
  agent: string;
  created_at: number;
}

const MAX_LINKS = 500;

/** False when the link is there already. Synchronous: the body of one transaction. */
export function addLink(sql: Sql, { fromId, toId, relationship }: Link, origin: Origin, now: number): boolean {
  if (fromId === toId) {
    throw new AppError('invalid_input', 'A memory cannot be linked to itself.', {
      hint: 'Give two different memories.',
    });
  }
  for (const id of [fromId, toId]) writableRow(sql, id, origin.workspace, now);
  refuseTooMany(sql, fromId);
  const added = sql.run(
    `INSERT INTO memory_link (from_id, to_id, relationship, agent, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    [fromId, toId, relationship, origin.agent, now],
  );
  return added > 0;
}

export function removeLink(sql: Sql, { fromId, toId, relationship }: Link, workspace: string, now: number): boolean {
  writableRow(sql, fromId, workspace, now);
  const removed = sql.run('DELETE FROM memory_link WHERE from_id = ? AND to_id = ? AND relationship = ?', [
    fromId,
    toId,
    relationship,
  ]);
  return removed > 0;
}

export function readLinks(sql: Sql, id: string): StoredLink[] {
  const rows = sql.all<LinkRow>(
    `SELECT * FROM memory_link WHERE from_id = :id UNION SELECT * FROM memory_link WHERE to_id = :id
     ORDER BY created_at, from_id, to_id, relationship LIMIT ${MAX_LINKS}`,
    { id },
  );
  return rows.map((row) => ({
    fromId: row.from_id,
    toId: row.to_id,
    relationship: row.relationship,
    agent: toPlainText(row.agent),
    createdAt: row.created_at,
  }));
}

function refuseTooMany(sql: Sql, id: string): void {
  const links = sql.get<{ n: number }>('SELECT count(*) AS n FROM memory_link WHERE from_id = ?', [id])?.n ?? 0;
  if (links < MAX_LINKS) return;
  throw new AppError('invalid_input', `A memory has at most ${MAX_LINKS} links.`, {
    hint: 'Remove links that no longer hold, or link from a more specific memory.',
  });
}
