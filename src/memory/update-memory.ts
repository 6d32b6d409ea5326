import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../core/errors.ts';
import type { Sql } from '../storage/connection.ts';
import { replaceFacets } from './facets.ts';
import { fingerprint } from './fingerprint.ts';
import type { MemoryChanges, Origin } from './memory.ts';
import { addToIndex, defaultSummary, indexTerms, removeFromIndex, rowFacets } from './memory-index.ts';
import type { MemoryRow, VersionRow } from './memory-row.ts';
import { VERSION_COLUMNS } from './memory-row.ts';
import { encodeTerms } from './term-vector.ts';
import { keepVersion } from './versions.ts';
import type { FullRow } from './writable-row.ts';
import { writableRow } from './writable-row.ts';
import { normalizeTags, supersede } from './write-memory.ts';

export interface Updated {
  row: MemoryRow;
  isChanged: boolean;
}

/** Applies changes whose secrets are masked. Synchronous: the body of one transaction. */
export function updateMemory(sql: Sql, id: string, changes: MemoryChanges, origin: Origin, now: number): Updated {
  const row = currentRow(sql, id, origin.workspace, now);
  if (changes.supersedes !== undefined) supersede(sql, changes.supersedes, row);
  return replace(sql, row, changed(row, changes, origin.agent, now), now);
}

/** Makes an old version the present one. Synchronous: the body of one transaction. */
export function restoreVersion(sql: Sql, id: string, version: number, origin: Origin, now: number): Updated {
  const row = currentRow(sql, id, origin.workspace, now);
  if (version === row.version) return { row, isChanged: false };
  const old = sql.get<VersionRow>(`SELECT ${VERSION_COLUMNS} FROM memory_version WHERE memory_id = ? AND version = ?`, [
    id,
    version,
  ]);
  if (old !== undefined) return replace(sql, row, { ...row, ...old }, now);
  throw new AppError('not_found', `This memory has no version ${version}.`, {
    hint: 'get_memory with include ["versions"] lists those that are kept.',
    details: { memory_id: id, present_version: row.version },
  });
}

function currentRow(sql: Sql, id: string, workspace: string, now: number): FullRow {
  const row = writableRow(sql, id, workspace, now);
  if (row.superseded_by === null) return row;
  throw new AppError('conflict', 'That memory is superseded.', {
    hint: 'Update the memory that superseded it.',
    details: { memory_id: id, superseded_by: row.superseded_by },
  });
}

function changed(row: FullRow, changes: MemoryChanges, agent: string, now: number): FullRow {
  const text = changedText(row, changes);
  const hasNewText = text.content !== row.content || text.summary !== row.summary;
  return {
    ...row,
    ...text,
    // The agent of a memory is who wrote its text, not who labelled it.
    agent: hasNewText ? agent : row.agent,
    is_global: Number(changes.isGlobal ?? row.is_global),
    session_id: (changes.sessionId ?? row.session_id)?.trim() || null,
    context_type: changes.contextType ?? row.context_type,
    category: (changes.category ?? row.category)?.trim() || null,
    tags: changes.tags === undefined ? row.tags : JSON.stringify(normalizeTags(changes.tags)),
    importance: changes.importance ?? row.importance,
    expires_at: changedExpiry(row, changes, now),
  };
}

/** A summary that was only the beginning of the content follows it. */
function changedText(row: FullRow, changes: MemoryChanges): Pick<FullRow, 'content' | 'summary'> {
  const content = changes.content ?? row.content;
  const ownSummary = row.summary === defaultSummary(row.content) ? '' : row.summary;
  return { content, summary: (changes.summary ?? ownSummary).trim() || defaultSummary(content) };
}

function changedExpiry(row: FullRow, { ttlSeconds }: MemoryChanges, now: number): number | null {
  if (ttlSeconds === undefined) return row.expires_at;
  return ttlSeconds === null ? null : now + ttlSeconds * 1000;
}

/** Keeps the old version, writes the new one and indexes it. Another expiry alone is no version. */
function replace(sql: Sql, row: FullRow, next: FullRow, now: number): Updated {
  const { expires_at } = next;
  if (isDeepStrictEqual({ ...row, expires_at }, next)) {
    sql.run('UPDATE memory SET expires_at = ? WHERE seq = ?', [expires_at, row.seq]);
    return { row: next, isChanged: expires_at !== row.expires_at };
  }
  keepVersion(sql, row);
  const written = {
    ...next,
    version: row.version + 1,
    updated_at: now,
    stored_at: Math.max(now, row.stored_at),
    // Agents and sessions that stored the same keep finding it by their own.
    facets: replaceFacets(row.facets, rowFacets(row), rowFacets(next)),
  };
  removeFromIndex(sql, row.seq);
  const terms = indexTerms(written);
  writeRow(sql, written, terms);
  addToIndex(sql, row.seq, terms, written.facets);
  return { row: written, isChanged: true };
}

function writeRow(sql: Sql, row: FullRow, terms: readonly string[]): void {
  sql.run(
    `UPDATE memory SET version = :version, updated_at = :updated_at, stored_at = :stored_at, facets = :facets, terms = :terms,
       fingerprint = :fingerprint, is_global = :is_global, agent = :agent, session_id = :session_id,
       context_type = :context_type, category = :category, tags = :tags, importance = :importance,
       expires_at = :expires_at, summary = :summary, content = :content
     WHERE seq = :seq`,
    { ...row, fingerprint: fingerprint(row.content), terms: encodeTerms(terms) },
  );
}
