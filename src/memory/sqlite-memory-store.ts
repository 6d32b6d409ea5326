import type { Clock } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { UlidSource } from '../core/ulid.ts';
import type { Sql } from '../storage/connection.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { Fitting } from './delete-memory.ts';
import { deleteRows, fittingRows } from './delete-memory.ts';
import { addLink, readLinks, removeLink } from './link-memories.ts';
import { SecretMask } from './mask-memory.ts';
import type { Link, Memory, MemoryChanges, MemoryVersion, NewMemory, Origin, StoredLink } from './memory.ts';
import { MAX_CONTENT_BYTES } from './memory.ts';
import type { MemoryRow } from './memory-row.ts';
import { MEMORY_COLUMNS, toMemory, toVersion } from './memory-row.ts';
import type {
  DeleteFilter,
  DeleteResult,
  MemoryStore,
  SearchPage,
  SearchQuery,
  StoreResult,
  UpdateResult,
} from './memory-store.ts';
import { searchMemories } from './search.ts';
import type { SemanticIndex } from './semantic-index.ts';
import { restoreVersion, updateMemory } from './update-memory.ts';
import { readVersions } from './versions.ts';
import { writableRow } from './writable-row.ts';
import { draftMemory, storeDraft } from './write-memory.ts';

export interface MemoryOptions {
  /** Where meaning counts as well as words. */
  semantic?: SemanticIndex | undefined;
  /** Masks the values that the server knows to be secrets. */
  maskKnown?: ((text: string) => string) | undefined;
}

/** Memories in SQLite; needs `memoryMigrations`. */
export class SqliteMemoryStore implements MemoryStore {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;
  readonly #ids = new UlidSource();

  readonly #options: MemoryOptions;

  constructor(sqlite: Sqlite, clock: Clock = systemClock, options: MemoryOptions = {}) {
    this.#sqlite = sqlite;
    this.#clock = clock;
    this.#options = options;
  }

  async store(memory: NewMemory, origin: Origin): Promise<StoreResult> {
    refuseTooLarge(memory.content);
    const mask = new SecretMask(this.#options.maskKnown);
    const now = this.#clock.now();
    const draft = draftMemory(mask.memory(memory), mask.origin(origin), this.#ids.next(now), now);
    const connection = await this.#sqlite.hot();
    const { row, isDuplicate } = await connection.write((sql) => storeDraft(sql, draft));
    this.#options.semantic?.add(row);
    return { memory: toMemory(row), duplicateOf: isDuplicate ? row.id : undefined, redacted: mask.kinds };
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    const { text, workspace } = query;
    const semantic = workspace === undefined ? undefined : await this.#options.semantic?.query(text, workspace);
    const connection = await this.#sqlite.hot();
    return connection.read((sql) => searchMemories(sql, query, this.#clock.now(), semantic));
  }

  async get(id: string): Promise<Memory | undefined> {
    const connection = await this.#sqlite.hot();
    const row = connection.read((sql) =>
      sql.get<MemoryRow>(
        `SELECT ${MEMORY_COLUMNS} FROM memory WHERE id = ? AND (expires_at IS NULL OR expires_at > ?)`,
        [id, this.#clock.now()],
      ),
    );
    return row === undefined ? undefined : toMemory(row);
  }

  async recent(workspace: string, limit: number): Promise<Memory[]> {
    const connection = await this.#sqlite.hot();
    const now = this.#clock.now();
    const rows = connection.read((sql) => sql.all<MemoryRow>(RECENT, { workspace, limit, now }));
    return rows.map(toMemory);
  }

  async update(id: string, changes: MemoryChanges, origin: Origin): Promise<UpdateResult> {
    if (changes.content !== undefined) refuseTooLarge(changes.content);
    const mask = new SecretMask(this.#options.maskKnown);
    const masked = mask.changes(changes);
    const { row, isChanged } = await this.#write((sql, now) => updateMemory(sql, id, masked, origin, now));
    this.#options.semantic?.add(row);
    return { memory: toMemory(row), isChanged, redacted: mask.kinds };
  }

  async restore(id: string, version: number, origin: Origin): Promise<UpdateResult> {
    const { row, isChanged } = await this.#write((sql, now) => restoreVersion(sql, id, version, origin, now));
    return { memory: toMemory(row), isChanged, redacted: [] };
  }

  async versions(id: string): Promise<MemoryVersion[]> {
    const connection = await this.#sqlite.hot();
    return connection.read((sql) => readVersions(sql, id)).map(toVersion);
  }

  delete(id: string, workspace: string, dryRun: boolean): Promise<DeleteResult> {
    return this.#delete(dryRun, (sql, now) => ({ rows: [writableRow(sql, id, workspace, now)], remaining: 0 }));
  }

  deleteAll(filter: DeleteFilter, workspace: string, dryRun: boolean): Promise<DeleteResult> {
    return this.#delete(dryRun, (sql, now) => fittingRows(sql, filter, workspace, now));
  }

  async #delete(dryRun: boolean, find: (sql: Sql, now: number) => Fitting): Promise<DeleteResult> {
    const connection = await this.#sqlite.hot();
    const now = this.#clock.now();
    const { rows, remaining } = dryRun
      ? connection.read((sql) => find(sql, now))
      : await connection.write((sql) => {
          const found = find(sql, now);
          deleteRows(sql, found.rows);
          return found;
        });
    return { memories: rows.map(toMemory), remaining, deletedAt: dryRun ? undefined : now };
  }

  link(link: Link, origin: Origin): Promise<boolean> {
    return this.#write((sql, now) => addLink(sql, link, origin, now));
  }

  unlink(link: Link, workspace: string): Promise<boolean> {
    return this.#write((sql, now) => removeLink(sql, link, workspace, now));
  }

  async links(id: string): Promise<StoredLink[]> {
    const connection = await this.#sqlite.hot();
    return connection.read((sql) => readLinks(sql, id));
  }

  async #write<T>(work: (sql: Sql, now: number) => T): Promise<T> {
    const connection = await this.#sqlite.hot();
    return connection.write((sql) => work(sql, this.#clock.now()));
  }
}

/** Two index walks, each of which stops at the limit. */
const RECENT = `
  SELECT * FROM (
    SELECT ${MEMORY_COLUMNS} FROM memory
    WHERE workspace = :workspace AND superseded_by IS NULL AND (expires_at IS NULL OR expires_at > :now)
    ORDER BY stored_at DESC LIMIT :limit)
  UNION
  SELECT * FROM (
    SELECT ${MEMORY_COLUMNS} FROM memory
    WHERE is_global = 1 AND superseded_by IS NULL AND (expires_at IS NULL OR expires_at > :now)
    ORDER BY stored_at DESC LIMIT :limit)
  ORDER BY stored_at DESC, seq DESC LIMIT :limit`;

function refuseTooLarge(content: string): void {
  const bytes = Buffer.byteLength(content);
  if (bytes <= MAX_CONTENT_BYTES) return;
  throw new AppError('invalid_input', `The content has ${bytes} bytes; a memory holds at most ${MAX_CONTENT_BYTES}.`, {
    hint: 'Store a summary with the path of the whole text, or split it into several memories.',
  });
}
