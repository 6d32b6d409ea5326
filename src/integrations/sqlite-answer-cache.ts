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

export class SqliteAnswerCache implements AnswerCache {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;

  constructor(sqlite: Sqlite, clock: Clock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async put(scope: string, answer: unknown): Promise<void> {
    const hot = await this.#sqlite.hot();
    await hot.write((sql) => {
      sql.run(
        `INSERT INTO cached_answer (scope, answer, at) VALUES (?, ?, ?)
         ON CONFLICT (scope) DO UPDATE SET answer = excluded.answer, at = excluded.at`,
        [scope, JSON.stringify(answer), this.#clock.now()],
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
