import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import type { Sql } from '../storage/connection.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import { deleteRows } from './delete-memory.ts';
import type { ImportDraft } from './import-memory.ts';
import { draftImport, writeImport } from './import-memory.ts';
import { SecretMask } from './mask-memory.ts';
import type { StoredLink } from './memory.ts';
import type {
  ArchiveRecord,
  ImportResult,
  MaintenanceResult,
  MemoryArchive,
  MemoryStats,
  SimilarGroup,
  WorkspaceStats,
} from './memory-archive.ts';
import type { MemoryRow } from './memory-row.ts';
import { MEMORY_COLUMNS, toMemory, toVersion } from './memory-row.ts';
import { findSimilar } from './similar-memories.ts';
import { readVersions } from './versions.ts';

const BATCH = 500;
const VACUUM_PATIENCE_MS = 30_000;

/** Needs `memoryMigrations`. */
export class SqliteMemoryArchive implements MemoryArchive {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;

  constructor(sqlite: Sqlite, clock: Clock = systemClock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async *export(workspace: string | undefined): AsyncGenerator<ArchiveRecord[]> {
    const connection = await this.#sqlite.hot();
    for (let after = 0; ; ) {
      const parameters = { after, workspace: workspace ?? null, now: this.#clock.now() };
      const rows = connection.read((sql) => sql.all<MemoryRow>(EXPORTED, parameters));
      if (rows.length === 0) break;
      yield connection.read((sql) =>
        rows.map((row) => ({ memory: { ...toMemory(row), versions: versionsOf(sql, row) } })),
      );
      after = rows.at(-1)?.seq ?? after;
    }
    for (let offset = 0; ; offset += BATCH) {
      const links = connection.read((sql) =>
        sql.all<StoredLink & Record<string, never>>(LINKS, { offset, workspace: workspace ?? null }),
      );
      if (links.length === 0) return;
      yield links.map((link) => ({ link }));
    }
  }

  async size(workspace: string | undefined): Promise<number> {
    return this.#count('SELECT count(*) AS n FROM memory WHERE :workspace IS NULL OR workspace = :workspace', {
      workspace: workspace ?? null,
    });
  }

  async import(records: readonly ArchiveRecord[]): Promise<ImportResult> {
    const connection = await this.#sqlite.hot();
    const ids = records.flatMap((record) => ('memory' in record ? [record.memory.id] : []));
    const known = connection.read((sql) => knownIds(sql, ids));
    const mask = new SecretMask();
    const drafts = records.flatMap((record): ImportDraft[] =>
      'memory' in record && known.has(record.memory.id) ? [] : [draftImport(record, mask)],
    );
    const imported = await connection.write((sql) => writeImport(sql, drafts));
    return { imported, skipped: records.length - imported, redacted: mask.kinds };
  }

  async stats(): Promise<MemoryStats> {
    const connection = await this.#sqlite.hot();
    const workspaces = connection.read((sql) => sql.all<WorkspaceStats & Record<string, never>>(WORKSPACES));
    return {
      workspaces,
      versions: await this.#count('SELECT count(*) AS n FROM memory_version'),
      links: await this.#count('SELECT count(*) AS n FROM memory_link'),
      expired: await this.#count('SELECT count(*) AS n FROM memory WHERE expires_at <= :now', {
        now: this.#clock.now(),
      }),
      bytes: await this.#bytes(),
    };
  }

  async similar(workspace: string, similarity: number): Promise<SimilarGroup[]> {
    const connection = await this.#sqlite.hot();
    return connection.read((sql) => findSimilar(sql, workspace, similarity));
  }

  async maintain(limit: number | undefined): Promise<MaintenanceResult> {
    const expired = await this.#deleteWhile(EXPIRED, { now: this.#clock.now(), batch: BATCH });
    let overLimit = 0;
    const { workspaces } = limit === undefined ? { workspaces: [] } : await this.stats();
    for (const { workspace, memories, superseded } of workspaces) {
      let surplus = memories + superseded - (limit ?? 0);
      while (surplus > 0) {
        const deleted = await this.#deleteBatch(LEAST, { workspace, batch: Math.min(BATCH, surplus) });
        if (deleted === 0) break;
        overLimit += deleted;
        surplus -= deleted;
      }
    }
    return { expired, overLimit };
  }

  async vacuum(): Promise<{ before: number; after: number }> {
    const connection = await this.#sqlite.hot();
    const before = await this.#bytes();
    await connection.write((sql) => sql.run("INSERT INTO memory_fts (memory_fts) VALUES ('optimize')"));
    // Outside any transaction, as VACUUM demands; it waits for other processes by itself.
    connection.read(({ db }) => {
      db.pragma(`busy_timeout = ${VACUUM_PATIENCE_MS}`);
      db.exec('VACUUM');
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.pragma('busy_timeout = 0');
    });
    return { before, after: await this.#bytes() };
  }

  async #deleteWhile(find: string, parameters: Record<string, string | number>): Promise<number> {
    for (let sum = 0; ; ) {
      const deleted = await this.#deleteBatch(find, parameters);
      sum += deleted;
      if (deleted < BATCH) return sum;
      await nextTurn();
    }
  }

  async #deleteBatch(find: string, parameters: Record<string, string | number>): Promise<number> {
    const connection = await this.#sqlite.hot();
    return connection.write((sql) => {
      const rows = sql.all<Pick<MemoryRow, 'seq' | 'superseded_by'>>(find, parameters);
      deleteRows(sql, rows);
      return rows.length;
    });
  }

  async #count(statement: string, parameters: Record<string, string | number | null> = {}): Promise<number> {
    const connection = await this.#sqlite.hot();
    return connection.read((sql) => sql.get<{ n: number }>(statement, parameters)?.n ?? 0);
  }

  #bytes(): Promise<number> {
    return this.#count('SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()');
  }
}

function versionsOf(sql: Sql, { id, version }: MemoryRow) {
  return version === 1 ? [] : readVersions(sql, id).map(toVersion);
}

function knownIds(sql: Sql, ids: readonly string[]): ReadonlySet<string> {
  const rows = sql.all<{ id: string }>('SELECT id FROM memory WHERE id IN (SELECT value FROM json_each(?))', [
    JSON.stringify(ids),
  ]);
  return new Set(rows.map(({ id }) => id));
}

const EXPORTED = `
  SELECT ${MEMORY_COLUMNS} FROM memory
  WHERE seq > :after AND (:workspace IS NULL OR workspace = :workspace) AND (expires_at IS NULL OR expires_at > :now)
  ORDER BY seq LIMIT ${BATCH}`;
const LINKS = `
  SELECT from_id AS fromId, to_id AS toId, relationship, link.agent, link.created_at AS createdAt
  FROM memory_link AS link JOIN memory ON memory.id = from_id
  WHERE :workspace IS NULL OR workspace = :workspace
  ORDER BY from_id, to_id, relationship LIMIT ${BATCH} OFFSET :offset`;
const WORKSPACES = `
  SELECT workspace, sum(superseded_by IS NULL) AS memories, sum(superseded_by IS NOT NULL) AS superseded,
    count(DISTINCT agent) AS agents, min(created_at) AS oldest, max(stored_at) AS newest
  FROM memory GROUP BY workspace ORDER BY workspace`;
const EXPIRED = 'SELECT seq, superseded_by FROM memory WHERE expires_at <= :now LIMIT :batch';
const LEAST = `
  SELECT seq, superseded_by FROM memory WHERE workspace = :workspace
  ORDER BY superseded_by IS NULL, importance, stored_at LIMIT :batch`;
