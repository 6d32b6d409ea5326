import type { ContextType, Memory, MemoryVersion } from './memory.ts';
import { toPlainText } from './plain-text.ts';

/** The columns of a memory that leave the store. */
export const MEMORY_COLUMNS = `seq, id, workspace, is_global, agent, session_id, context_type, category, tags, importance, created_at,
  stored_at, times_stored, expires_at, superseded_by, version, updated_at, summary, content`;

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
  version: number;
  /** When the present version was written; null for the first. */
  updated_at: number | null;
  summary: string;
  content: string;
}

/** The columns that make a version. */
export const VERSION_COLUMNS =
  'is_global, agent, session_id, context_type, category, tags, importance, summary, content';

export type VersionRow = Pick<
  MemoryRow,
  | 'is_global'
  | 'agent'
  | 'session_id'
  | 'context_type'
  | 'category'
  | 'tags'
  | 'importance'
  | 'summary'
  | 'content'
  | 'version'
> & { saved_at: number };

export function parseTags(tags: string): string[] {
  return JSON.parse(tags) as string[];
}

/** With `toVersion`, the one way out of the tables: every text is made plain here. */
export function toMemory(row: MemoryRow): Memory {
  return {
    id: row.id,
    ...toText(row),
    workspace: toPlainText(row.workspace),
    createdAt: row.created_at,
    storedAt: row.stored_at,
    timesStored: row.times_stored,
    expiresAt: row.expires_at ?? undefined,
    supersededBy: row.superseded_by ?? undefined,
    updatedAt: row.updated_at ?? undefined,
  };
}

export function toVersion(row: VersionRow): MemoryVersion {
  return { ...toText(row), savedAt: row.saved_at };
}

function toText(row: Omit<VersionRow, 'saved_at'>) {
  return {
    version: row.version,
    content: toPlainText(row.content),
    summary: toPlainText(row.summary),
    contextType: row.context_type,
    category: row.category === null ? undefined : toPlainText(row.category),
    tags: parseTags(row.tags).map(toPlainText),
    importance: row.importance,
    isGlobal: row.is_global === 1,
    agent: toPlainText(row.agent),
    sessionId: row.session_id === null ? undefined : toPlainText(row.session_id),
  };
}
