import { AppError } from '../core/errors.ts';
import type { Row, Sql } from '../storage/connection.ts';
import { deleteRows } from './delete-memory.ts';
import { replaceFacets } from './facets.ts';
import { fingerprint } from './fingerprint.ts';
import type { NewMemory, Origin } from './memory.ts';
import { addToIndex, defaultSummary, indexTerms, removeFromIndex, rowFacets } from './memory-index.ts';
import type { MemoryRow } from './memory-row.ts';
import { parseTags } from './memory-row.ts';
import { encodeTerms } from './term-vector.ts';
import { keepVersion } from './versions.ts';
import type { FullRow } from './writable-row.ts';

/** A memory ready to be written: everything computed before the lock is taken. */
export interface Draft {
  row: Omit<MemoryRow, 'seq'>;
  facets: string;
  fingerprint: string;
  terms: string[];
  supersedes: string | undefined;
}

export interface Stored {
  row: MemoryRow;
  isDuplicate: boolean;
}

/** Most tags that duplicates may add up to. */
const MAX_TAGS = 50;
/** Expired memories deleted with each write: more than one, so that they never pile up. */
const PURGE_BATCH = 20;

/** Builds the row of a memory whose secrets are masked. */
export function draftMemory(memory: NewMemory, origin: Origin, id: string, now: number): Draft {
  const { content } = memory;
  const row = {
    id,
    workspace: origin.workspace,
    is_global: memory.isGlobal ? 1 : 0,
    agent: origin.agent,
    session_id: origin.sessionId ?? null,
    context_type: memory.contextType,
    category: memory.category?.trim() || null,
    tags: JSON.stringify(normalizeTags(memory.tags)),
    importance: memory.importance,
    created_at: now,
    stored_at: now,
    times_stored: 1,
    expires_at: memory.ttlSeconds === undefined ? null : now + memory.ttlSeconds * 1000,
    superseded_by: null,
    version: 1,
    updated_at: null,
    summary: memory.summary?.trim() || defaultSummary(content),
    content,
  };
  return completeDraft(row, memory.supersedes);
}

/** Adds what the index needs. */
export function completeDraft(row: Draft['row'], supersedes: string | undefined): Draft {
  return { row, facets: rowFacets(row), fingerprint: fingerprint(row.content), terms: indexTerms(row), supersedes };
}

export function normalizeTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.trim()).filter((tag) => tag !== ''))];
}

/** Stores a draft, or refreshes the memory that says the same. Synchronous: the body of one transaction. */
export function storeDraft(sql: Sql, draft: Draft): Stored {
  purgeExpired(sql, draft.row.stored_at);
  const duplicate = findDuplicate(sql, draft);
  const row = duplicate === undefined ? insert(sql, draft) : refresh(sql, duplicate, draft);
  if (draft.supersedes !== undefined) supersede(sql, draft.supersedes, row);
  return { row, isDuplicate: duplicate !== undefined };
}

function findDuplicate(sql: Sql, { row, fingerprint: print, supersedes }: Draft): FullRow | undefined {
  return sql.get<FullRow>(
    `SELECT * FROM memory
     WHERE fingerprint = ? AND workspace = ? AND is_global = ? AND context_type = ? AND category IS ? AND superseded_by IS NULL
       AND (expires_at IS NULL OR expires_at > ?) AND id IS NOT ?
     ORDER BY seq LIMIT 1`,
    [print, row.workspace, row.is_global, row.context_type, row.category, row.stored_at, supersedes ?? null],
  );
}

function insert(sql: Sql, draft: Draft): MemoryRow {
  const seq = insertRow(sql, draft);
  addToIndex(sql, seq, draft.terms, draft.facets);
  return { seq, ...draft.row };
}

/** Writes the row alone; answers its `seq`. */
export function insertRow(sql: Sql, { row, facets, fingerprint: print, terms }: Draft): number {
  // Cheaper than to let SQLite choose the number and return it.
  const last = sql.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM memory')?.seq ?? 0;
  const columns: Row = { seq: last + 1, ...row, facets, fingerprint: print, terms: encodeTerms(terms) };
  const names = Object.keys(columns);
  sql.run(`INSERT INTO memory (${names.join(', ')}) VALUES (${names.map((name) => `:${name}`).join(', ')})`, columns);
  return last + 1;
}

/**
 * The memory keeps its content, origin and id, and takes on everything that the new one can be found by. A summary of its own takes the
 * place of the old one, which stays readable as a version.
 */
function refresh(sql: Sql, old: FullRow, { row }: Draft): MemoryRow {
  const { facets: oldFacets, ...known } = old;
  const merged: MemoryRow = {
    ...known,
    ...refreshedSummary(old, row),
    tags: JSON.stringify([...new Set([...parseTags(old.tags), ...parseTags(row.tags)])].slice(0, MAX_TAGS)),
    importance: Math.max(old.importance, row.importance),
    stored_at: Math.max(old.stored_at, row.stored_at),
    times_stored: old.times_stored + 1,
    expires_at: old.expires_at === null || row.expires_at === null ? null : Math.max(old.expires_at, row.expires_at),
  };
  const facets = mergeFacets(oldFacets, known, merged, row);
  if (merged.version > old.version) keepVersion(sql, old);
  removeFromIndex(sql, old.seq);
  const terms = indexTerms(merged);
  sql.run(
    `UPDATE memory SET tags = :tags, importance = :importance, stored_at = :stored_at, times_stored = :times_stored,
       expires_at = :expires_at, summary = :summary, version = :version, updated_at = :updated_at, facets = :facets, terms = :terms
     WHERE seq = :seq`,
    { ...merged, facets, terms: encodeTerms(terms) },
  );
  addToIndex(sql, old.seq, terms, facets);
  return merged;
}

function refreshedSummary(old: MemoryRow, { summary, content, stored_at }: Draft['row']): Partial<MemoryRow> {
  if (summary === old.summary || summary === defaultSummary(content)) return {};
  return { summary, version: old.version + 1, updated_at: stored_at };
}

/** The facets of the merged memory, and the agents and sessions that ever stored it. */
function mergeFacets(facets: string, old: MemoryRow, merged: MemoryRow, newcomer: Draft['row']): string {
  const { agent, session_id, content } = newcomer;
  const own = replaceFacets(facets, rowFacets(old), rowFacets(merged));
  return replaceFacets(own, '', rowFacets({ ...merged, agent, session_id, content }));
}

export function supersede(sql: Sql, id: string, by: MemoryRow): void {
  const old = sql.get<Pick<MemoryRow, 'seq' | 'superseded_by'>>(
    'SELECT seq, superseded_by FROM memory WHERE id = ? AND (workspace = ? OR is_global = 1)',
    [id, by.workspace],
  );
  if (old === undefined) {
    throw new AppError('not_found', 'The memory to supersede does not exist in this workspace.', {
      hint: 'Take memory_id from a search result, or store without supersedes.',
      details: { supersedes: id },
    });
  }
  if (old.superseded_by === by.id) return;
  if (old.superseded_by !== null) {
    throw new AppError('conflict', 'That memory is superseded already.', {
      hint: 'Read the memory that superseded it; if that is wrong too, supersede that one.',
      details: { supersedes: id, superseded_by: old.superseded_by },
    });
  }
  removeFromIndex(sql, old.seq);
  sql.run('UPDATE memory SET superseded_by = ? WHERE seq = ?', [by.id, old.seq]);
}

function purgeExpired(sql: Sql, now: number): void {
  const expired = sql.all<Pick<MemoryRow, 'seq' | 'superseded_by'>>(
    `SELECT seq, superseded_by FROM memory WHERE expires_at <= ? LIMIT ${PURGE_BATCH}`,
    [now],
  );
  deleteRows(sql, expired);
}
