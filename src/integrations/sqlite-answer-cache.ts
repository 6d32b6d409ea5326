import { hash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Migration } from '../storage/migrations.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { AnswerCache, CachedAnswer } from './answer-cache.ts';

export const answerCacheMigrations: readonly Migration[] = [
  {
    id: 'integrations-002',
    sql: `
      CREATE TABLE cached_answer (scope TEXT PRIMARY KEY, answer TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
      CREATE INDEX cached_answer_by_time ON cached_answer (at);`,
  },
];

/** Answers kept; the oldest go first. */
const KEPT = 1_000;
/** An answer that has not changed is written again after this, in milliseconds: so much older it may look than it is. */
const REFRESH_MS = 5_000;

export class SqliteAnswerCache implements AnswerCache {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;
  /** What this process wrote last: without it a write would cost more than most reads. */
  readonly #written = new Map<string, { digest: string; at: number }>();

  constructor(sqlite: Sqlite, clock: Clock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async put(scope: string, answer: unknown): Promise<void> {
    const json = JSON.stringify(answer);
    const digest = hash('sha256', json, 'base64');
    const at = this.#clock.now();
    const last = this.#written.get(scope);
    if (last?.digest === digest && at >= last.at && at - last.at < REFRESH_MS) return;
    this.#remember(scope, { digest, at });
    try {
      await this.#write(scope, json, at);
    } catch (thrown) {
      this.#written.delete(scope);
      throw thrown;
    }
  }

  #remember(scope: string, written: { digest: string; at: number }): void {
    // Deleted first, so that the map is in the order of the writes.
    this.#written.delete(scope);
    this.#written.set(scope, written);
    const [oldest] = this.#written.keys();
    if (this.#written.size > KEPT && oldest !== undefined) this.#written.delete(oldest);
  }

  async #write(scope: string, json: string, at: number): Promise<void> {
    const hot = await this.#sqlite.hot();
    await hot.write((sql) => {
      sql.run(
        `INSERT INTO cached_answer (scope, answer, at) VALUES (?, ?, ?)
         ON CONFLICT (scope) DO UPDATE SET answer = excluded.answer, at = excluded.at`,
        [scope, json, at],
      );
      sql.run('DELETE FROM cached_answer WHERE at < (SELECT at FROM cached_answer ORDER BY at DESC LIMIT 1 OFFSET ?)', [
        KEPT,
      ]);
    });
  }

  async get(scope: string): Promise<CachedAnswer | undefined> {
    const hot = await this.#sqlite.hot();
    const row = hot.read((sql) =>
      sql.get<{ answer: string; at: number }>('SELECT answer, at FROM cached_answer WHERE scope = ?', [scope]),
    );
    return row && { answer: JSON.parse(row.answer), at: row.at };
  }
}
