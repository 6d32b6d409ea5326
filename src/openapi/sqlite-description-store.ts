import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Migration } from '../storage/migrations.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { ApiDescription } from './api-description.ts';
import { apiDescription } from './api-description.ts';
import type { DescriptionStore } from './description-store.ts';

export const descriptionMigrations: readonly Migration[] = [
  {
    id: 'openapi-001',
    sql: `
      CREATE TABLE api_description (
        digest TEXT PRIMARY KEY,
        description TEXT NOT NULL
      ) WITHOUT ROWID, STRICT;`,
  },
  {
    id: 'openapi-002',
    sql: 'ALTER TABLE api_description ADD COLUMN saved_at INTEGER NOT NULL DEFAULT 0;',
  },
];

/** How long a description is kept that no integration names. */
const GRACE_MS = 24 * 3_600_000;

/** How many descriptions a process keeps at hand: to parse a large one takes tens of milliseconds. */
const KEPT = 4;

export class SqliteDescriptionStore implements DescriptionStore {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;
  readonly #recent = new Map<string, ApiDescription>();

  constructor(sqlite: Sqlite, clock: Clock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async save(description: ApiDescription): Promise<string> {
    const json = JSON.stringify(description);
    const digest = createHash('sha256').update(json).digest('hex');
    const ledger = await this.#sqlite.ledger();
    await ledger.write((sql) =>
      sql.run(
        `INSERT INTO api_description (digest, description, saved_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET saved_at = excluded.saved_at`,
        [digest, json, this.#clock.now()],
      ),
    );
    return digest;
  }

  async get(digest: string): Promise<ApiDescription | undefined> {
    const known = this.#recent.get(digest);
    if (known !== undefined) return known;
    const ledger = await this.#sqlite.ledger();
    const row = ledger.read((sql) =>
      sql.get<{ description: string }>('SELECT description FROM api_description WHERE digest = ?', [digest]),
    );
    const parsed = row === undefined ? undefined : apiDescription.safeParse(JSON.parse(row.description));
    if (!parsed?.success) return undefined;
    const [oldest] = this.#recent.keys();
    if (this.#recent.size >= KEPT && oldest !== undefined) this.#recent.delete(oldest);
    this.#recent.set(digest, parsed.data);
    return parsed.data;
  }

  async prune(inUse: readonly string[]): Promise<number> {
    const ledger = await this.#sqlite.ledger();
    return ledger.write((sql) =>
      sql.run('DELETE FROM api_description WHERE saved_at < ? AND digest NOT IN (SELECT value FROM json_each(?))', [
        this.#clock.now() - GRACE_MS,
        JSON.stringify(inUse),
      ]),
    );
  }
}
