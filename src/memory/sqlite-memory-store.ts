import type { Clock } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import { maskMemory } from './mask-memory.ts';
import type { MemoryRow } from './memory-row.ts';
import { MEMORY_COLUMNS, toMemory } from './memory-row.ts';
import type { Memory, MemoryStore, NewMemory, Origin, SearchPage, SearchQuery, StoreResult } from './memory-store.ts';
import { MAX_CONTENT_BYTES } from './memory-store.ts';
import { searchMemories } from './search.ts';
import { UlidSource } from './ulid.ts';
import { draftMemory, storeDraft } from './write-memory.ts';

/** Memories in SQLite; needs `memoryMigrations`. */
export class SqliteMemoryStore implements MemoryStore {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;
  readonly #ids = new UlidSource();

  constructor(sqlite: Sqlite, clock: Clock = systemClock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async store(memory: NewMemory, origin: Origin): Promise<StoreResult> {
    refuseTooLarge(memory.content);
    const masked = maskMemory(memory, origin);
    const now = this.#clock.now();
    const draft = draftMemory(masked.memory, masked.origin, this.#ids.next(now), now);
    const connection = await this.#sqlite.hot();
    const { row, isDuplicate } = await connection.write((sql) => storeDraft(sql, draft));
    return { memory: toMemory(row), duplicateOf: isDuplicate ? row.id : undefined, redacted: masked.redacted };
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    const connection = await this.#sqlite.hot();
    return connection.read((sql) => searchMemories(sql, query, this.#clock.now()));
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
