import type { Row, Sql } from '../storage/connection.ts';
import type { SecretMask } from './mask-memory.ts';
import type { MemoryVersion } from './memory.ts';
import type { ArchivedLink, ArchivedMemory, ArchiveRecord } from './memory-archive.ts';
import type { Indexed } from './memory-index.ts';
import { addUncounted, countIndexed, nothingIndexed } from './memory-index.ts';
import type { VersionRow } from './memory-row.ts';
import { VERSION_COLUMNS } from './memory-row.ts';
import type { Draft } from './write-memory.ts';
import { completeDraft, insertRow, normalizeTags } from './write-memory.ts';

/** A record ready to be written: everything computed before the lock is taken. */
export type ImportDraft = { draft: Draft; versions: VersionRow[] } | { link: ArchivedLink };

export function draftImport(record: ArchiveRecord, mask: SecretMask): ImportDraft {
  if ('link' in record) return record;
  const { memory } = record;
  const row = {
    ...textRow(memory, mask),
    id: memory.id,
    workspace: memory.workspace,
    created_at: memory.createdAt,
    stored_at: memory.storedAt,
    times_stored: memory.timesStored,
    expires_at: memory.expiresAt ?? null,
    superseded_by: memory.supersededBy ?? null,
    updated_at: memory.updatedAt ?? null,
  };
  const versions = memory.versions.map((old) => ({ ...textRow(old, mask), saved_at: old.savedAt }));
  return { draft: completeDraft(row, undefined), versions };
}

function textRow(text: ArchivedMemory | MemoryVersion, mask: SecretMask) {
  return {
    version: text.version,
    is_global: Number(text.isGlobal),
    agent: text.agent,
    session_id: mask.optional(text.sessionId) ?? null,
    context_type: text.contextType,
    category: mask.optional(text.category)?.trim() || null,
    tags: JSON.stringify(normalizeTags(text.tags.map(mask.text))),
    importance: text.importance,
    summary: mask.text(text.summary),
    content: mask.content(text.content),
  };
}

/** Answers how many were not there yet. Synchronous: the body of one transaction. */
export function writeImport(sql: Sql, items: readonly ImportDraft[]): number {
  const indexed = nothingIndexed();
  const added = items.filter((item) => writeItem(sql, item, indexed)).length;
  countIndexed(sql, indexed);
  return added;
}

/** False when the record is there already, or is a link to a memory that is not. */
function writeItem(sql: Sql, item: ImportDraft, indexed: Indexed): boolean {
  if ('link' in item) return writeLink(sql, item.link);
  const { draft, versions } = item;
  const { id, superseded_by } = draft.row;
  if (sql.get('SELECT 1 FROM memory WHERE id = ?', [id]) !== undefined) return false;
  const seq = insertRow(sql, draft);
  // Superseded memories stay out of the index.
  if (superseded_by === null) addUncounted(sql, seq, draft.terms, draft.facets, indexed);
  for (const old of versions) writeVersion(sql, { memory_id: id, ...old });
  return true;
}

function writeVersion(sql: Sql, row: Row): void {
  const columns = `memory_id, version, saved_at, ${VERSION_COLUMNS}`;
  const values = columns.replaceAll(/\w+/g, ':$&');
  sql.run(`INSERT INTO memory_version (${columns}) VALUES (${values})`, row);
}

function writeLink(sql: Sql, { fromId, toId, relationship, agent, createdAt }: ArchivedLink): boolean {
  const added = sql.run(
    `INSERT INTO memory_link (from_id, to_id, relationship, agent, created_at)
     SELECT :fromId, :toId, :relationship, :agent, :createdAt
     WHERE :fromId <> :toId AND (SELECT count(*) FROM memory WHERE id IN (:fromId, :toId)) = 2
     ON CONFLICT DO NOTHING`,
    { fromId, toId, relationship, agent, createdAt },
  );
  return added > 0;
}
