import type { Clock } from '../core/clock.ts';
import type { Sql } from '../storage/connection.ts';
import type { Migration } from '../storage/migrations.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { Permission, PermitStore } from './permit-store.ts';
import type { RateLimit } from './rate-limit.ts';
import { intervalOf, takePermit } from './rate-limit.ts';

export const permitMigrations: readonly Migration[] = [
  {
    id: 'resilience-002',
    sql: 'CREATE TABLE permit (key TEXT PRIMARY KEY, arrival REAL NOT NULL) WITHOUT ROWID, STRICT;',
  },
];

/** Rate limits shared by every process on one database file: one number per key. */
export class SqlitePermitStore implements PermitStore {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;

  constructor(sqlite: Sqlite, clock: Clock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  async take(key: string, limit: RateLimit, maxWaitMs: number): Promise<Permission> {
    const hot = await this.#sqlite.hot();
    return hot.write((sql) => {
      const { arrival, ...permission } = takePermit(arrivalOf(sql, key), this.#clock.now(), limit, maxWaitMs);
      if (permission.granted) {
        sql.run(
          'INSERT INTO permit (key, arrival) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET arrival = excluded.arrival',
          [key, arrival],
        );
      }
      return permission;
    });
  }

  async giveBack(key: string, limit: RateLimit): Promise<void> {
    const hot = await this.#sqlite.hot();
    await hot.write((sql) =>
      sql.run('UPDATE permit SET arrival = arrival - ? WHERE key = ?', [intervalOf(limit), key]),
    );
  }
}

function arrivalOf(sql: Sql, key: string): number | undefined {
  return sql.get<{ arrival: number }>('SELECT arrival FROM permit WHERE key = ?', [key])?.arrival;
}
