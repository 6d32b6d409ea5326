import type { Sql } from '../storage/connection.ts';
import { present } from '../storage/connection.ts';
import { facetsOf } from './facets.ts';
import { jsonField, readableText } from './json-text.ts';
import type { MemoryRow } from './memory-row.ts';
import { parseTags } from './memory-row.ts';
import { clip, toPlainText } from './plain-text.ts';
import { termCount } from './term-vector.ts';
import { tokenize } from './tokens.ts';

const SUMMARY_LENGTH = 100;
const MONTH = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' });

/** What stands for a memory whose author gave no summary. */
export function defaultSummary(content: string): string {
  return content.length > SUMMARY_LENGTH ? `${clip(content, SUMMARY_LENGTH)}...` : content;
}

/** The terms by which a memory is found: what it says, its labels, and the day it was stored. */
export function indexTerms(row: Omit<MemoryRow, 'seq'>): string[] {
  const ownSummary = row.summary === defaultSummary(row.content) ? '' : row.summary;
  const labels = [...parseTags(row.tags), row.category ?? ''];
  const text = toPlainText([readableText(row.content), ownSummary, ...labels].join('\n'));
  return [...tokenize(text), ...dayTerms(row.stored_at)];
}

/** `2026-05-14` gives 20260514, 2026 and may, in the forms in which a query names them. */
function dayTerms(timeMs: number): string[] {
  const date = new Date(timeMs);
  const day = date.toISOString().slice(0, 10).replaceAll('-', '');
  return [day, String(date.getUTCFullYear()), ...tokenize(MONTH.format(date))];
}

/** The facet words of a memory that one agent stored once. */
export function rowFacets(row: Omit<MemoryRow, 'seq'>): string {
  return facetsOf({
    scope: row.is_global === 1 ? undefined : row.workspace,
    type: row.context_type,
    category: row.category ?? undefined,
    tags: parseTags(row.tags),
    agents: [row.agent, jsonField(row.content, 'agent') ?? row.agent],
    session: row.session_id ?? undefined,
    importance: row.importance,
  });
}

/** What went into the index and is yet to be counted. */
export interface Indexed {
  memories: number;
  terms: number;
  different: Set<string>;
}

export function nothingIndexed(): Indexed {
  return { memories: 0, terms: 0, different: new Set() };
}

/** Writes a memory that is not in the index, and whose row has its terms, into it. */
export function addToIndex(sql: Sql, seq: number, terms: readonly string[], facets: string): void {
  const indexed = nothingIndexed();
  addUncounted(sql, seq, terms, facets, indexed);
  countIndexed(sql, indexed);
}

/** As `addToIndex`, for many memories in one transaction, which ends with `countIndexed`. */
export function addUncounted(sql: Sql, seq: number, terms: readonly string[], facets: string, indexed: Indexed): void {
  sql.run('INSERT INTO memory_fts (rowid, terms, facets) VALUES (?, ?, ?)', [seq, terms.join(' '), facets]);
  indexed.memories += 1;
  indexed.terms += terms.length;
  for (const term of terms) indexed.different.add(term);
}

export function countIndexed(sql: Sql, { memories, terms, different }: Indexed): void {
  sql.run('UPDATE memory_total SET memories = memories + ?, terms = terms + ?', [memories, terms]);
  sql.run('INSERT OR IGNORE INTO memory_term SELECT value FROM json_each(?)', [JSON.stringify([...different])]);
}

/** Takes a memory out of the index: searches do not find it any more. */
export function removeFromIndex(sql: Sql, seq: number): void {
  const row = sql.get<{ terms: Buffer }>('SELECT terms FROM memory WHERE seq = ?', [seq]);
  sql.run('DELETE FROM memory_fts WHERE rowid = ?', [seq]);
  const { terms } = present(row, 'The memory');
  sql.run('UPDATE memory_total SET memories = memories - 1, terms = terms - ?', [termCount(terms)]);
}
