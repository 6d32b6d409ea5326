import type { Clock } from '../core/clock.ts';
import type { Connection, Sql } from '../storage/connection.ts';
import type { Migration } from '../storage/migrations.ts';
import { Snapshot } from '../storage/snapshot.ts';
import type { Sqlite } from '../storage/sqlite.ts';
import type { BreakerRow } from './breaker-state.ts';
import { newBreaker } from './breaker-state.ts';
import type { BreakerStore, Transition } from './breaker-store.ts';
import { transitionBetween } from './breaker-store.ts';

export const breakerMigrations: readonly Migration[] = [
  {
    id: 'resilience-001',
    sql: `
      CREATE TABLE breaker (key TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID, STRICT;
      CREATE TABLE breaker_transition (
        id INTEGER PRIMARY KEY,
        breaker_key TEXT NOT NULL,
        from_state TEXT NOT NULL,
        to_state TEXT NOT NULL,
        at INTEGER NOT NULL,
        reason TEXT
      ) STRICT;
      CREATE INDEX breaker_transition_by_key ON breaker_transition (breaker_key, id);`,
  },
];

/** Transitions kept per breaker. */
const KEPT_TRANSITIONS = 100;

/**
 * Breakers shared by every process on one database file. A row is one JSON value: it is always read and written whole. What was read is
 * known until another process writes.
 */
export class SqliteBreakerStore implements BreakerStore {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;
  readonly #rows = new Snapshot<BreakerRow | undefined>();
  readonly #lists = new Snapshot<readonly BreakerRow[]>();
  readonly #transitions = new Snapshot<readonly Transition[]>();
  #hot: Connection | undefined;

  constructor(sqlite: Sqlite, clock: Clock) {
    this.#sqlite = sqlite;
    this.#clock = clock;
  }

  /** Asks a connection that it knows at once: this is on the path of every call. */
  get(key: string): Promise<BreakerRow | undefined> {
    if (this.#hot === undefined) return this.#openAndGet(key);
    try {
      return Promise.resolve(this.#known(this.#hot, key));
    } catch {
      // The file may be about to be opened anew.
      return this.#openAndGet(key);
    }
  }

  async #openAndGet(key: string): Promise<BreakerRow | undefined> {
    this.#hot = await this.#sqlite.hot();
    return this.#known(this.#hot, key);
  }

  #known(hot: Connection, key: string): BreakerRow | undefined {
    return this.#rows.get(hot, key, (sql) => readRow(sql, key));
  }

  async update(key: string, change: (row: BreakerRow) => BreakerRow): Promise<BreakerRow> {
    const hot = await this.#sqlite.hot();
    return hot.write((sql) => {
      const before = readRow(sql, key) ?? newBreaker(key, this.#clock.now());
      const after = change(before);
      if (after !== before) save(sql, before, after);
      this.#rows.forget(key);
      this.#lists.clear();
      this.#transitions.clear();
      return after;
    });
  }

  async list(): Promise<readonly BreakerRow[]> {
    return this.#lists.get(await this.#sqlite.hot(), '', (sql) =>
      sql.all<{ state: string }>('SELECT state FROM breaker ORDER BY key').map(parseRow),
    );
  }

  async transitions(key: string, limit: number): Promise<readonly Transition[]> {
    return this.#transitions.get(await this.#sqlite.hot(), `${limit} ${key}`, (sql) =>
      sql.all<Transition>(
        `SELECT breaker_key AS key, from_state AS "from", to_state AS "to", at, reason
         FROM breaker_transition WHERE breaker_key = ? ORDER BY id DESC LIMIT ?`,
        [key, limit],
      ),
    );
  }
}

function readRow(sql: Sql, key: string): BreakerRow | undefined {
  const row = sql.get<{ state: string }>('SELECT state FROM breaker WHERE key = ?', [key]);
  return row === undefined ? undefined : parseRow(row);
}

function parseRow(row: { state: string }): BreakerRow {
  return JSON.parse(row.state) as BreakerRow;
}

function save(sql: Sql, before: BreakerRow, after: BreakerRow): void {
  sql.run('INSERT INTO breaker (key, state) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state', [
    after.key,
    JSON.stringify(after),
  ]);
  const transition = transitionBetween(before, after);
  if (transition === undefined) return;
  const { key, from, to, at, reason } = transition;
  sql.run('INSERT INTO breaker_transition (breaker_key, from_state, to_state, at, reason) VALUES (?, ?, ?, ?, ?)', [
    key,
    from,
    to,
    at,
    reason,
  ]);
  sql.run(
    `DELETE FROM breaker_transition WHERE breaker_key = ? AND id <=
       (SELECT id FROM breaker_transition WHERE breaker_key = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    [key, key, KEPT_TRANSITIONS],
  );
}
