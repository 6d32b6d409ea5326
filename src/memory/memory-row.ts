import type { ContextType, Memory } from './memory-store.ts';
import { toPlainText } from './plain-text.ts';

/** The columns of a memory that leave the store. */
export const MEMORY_COLUMNS = `seq, id, workspace, is_global, agent, session_id, context_type, category, tags, importance, created_at,
  stored_at, times_stored, expires_at, superseded_by, summary, content`;

export interface MemoryRow {
  seq: number;
  id: string;
  workspace: string;
  is_global: number;
  agent: string;
  session_id: string | null;
  context_type: ContextType;
  category: string | null;
  /** JSON array of strings. */
  tags: string;
  importance: number;
  created_at: number;
  stored_at: number;
  times_stored: number;
  expires_at: number | null;
  superseded_by: string | null;
  summary: string;
  content: string;
}

export function parseTags(tags: string): string[] {
  return JSON.parse(tags) as string[];
}

/** The one way out of the table: every text is made plain here. */
export function toMemory(row: MemoryRow): Memory {
  return {
    id: row.id,
    content: toPlainText(row.content),
    summary: toPlainText(row.summary),
    contextType: row.context_type,
    category: row.category === null ? undefined : toPlainText(row.category),
    tags: parseTags(row.tags).map(toPlainText),
    importance: row.importance,
    workspace: toPlainText(row.workspace),
    isGlobal: row.is_global === 1,
    agent: toPlainText(row.agent),
    sessionId: row.session_id === null ? undefined : toPlainText(row.session_id),
    createdAt: row.created_at,
    storedAt: row.stored_at,
    timesStored: row.times_stored,
    expiresAt: row.expires_at ?? undefined,
    supersededBy: row.superseded_by ?? undefined,
  };
}
