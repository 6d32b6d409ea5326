import { rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../src/core/log.ts';
import { silentLog } from '../../src/core/log.ts';
import type { BreakerRow } from '../../src/resilience/breaker-state.ts';
import { FallbackBreakerStore } from '../../src/resilience/fallback-breaker-store.ts';
import { InProcessBreakerStore } from '../../src/resilience/in-process-breaker-store.ts';
import { breakerMigrations, SqliteBreakerStore } from '../../src/resilience/sqlite-breaker-store.ts';
import type { Sqlite } from '../../src/storage/sqlite.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { AT_ONCE_MS } from '../support/patience.ts';
import { breakerStoreContract, START_MS } from './breaker-store.contract.ts';

const clock = { now: () => START_MS };

breakerStoreContract('InProcessBreakerStore', () => {
  const store = new InProcessBreakerStore(clock);
  return { first: store, second: store };
});

breakerStoreContract('SqliteBreakerStore, two connections', () => {
  const path = databasePath();
  const [first, second] = [sqliteAt(path, breakerMigrations), sqliteAt(path, breakerMigrations)];
  return { first: new SqliteBreakerStore(first, clock), second: new SqliteBreakerStore(second, clock) };
});

breakerStoreContract('FallbackBreakerStore, shared', () => {
  const path = databasePath();
  const [first, second] = [0, 1].map(() => {
    const shared = new SqliteBreakerStore(sqliteAt(path, breakerMigrations), clock);
    return new FallbackBreakerStore(shared, new InProcessBreakerStore(clock), silentLog);
  });
  if (first === undefined || second === undefined) throw new Error('unreachable');
  return { first, second };
});

breakerStoreContract('FallbackBreakerStore, degraded', async () => {
  const sqlite = sqliteAt(databasePath(), breakerMigrations);
  await sqlite.close();
  const shared = new SqliteBreakerStore(sqlite, clock);
  const store = new FallbackBreakerStore(shared, new InProcessBreakerStore(clock), silentLog);
  return { first: store, second: store };
});

const KEY = 'api.example.com/write';
const fail = (row: BreakerRow): BreakerRow => ({ ...row, failures: row.failures + 1, updatedAt: row.updatedAt + 1 });
const DEGRADED = 'warn Breaker state cannot be shared; this process keeps its own';

/** A fallback store over a real file, and what it logs. */
function fallbackOver(sqlite: Sqlite) {
  const lines: string[] = [];
  const note = (level: string) => (_: object, message: string) => void lines.push(`${level} ${message}`);
  const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const shared = new SqliteBreakerStore(sqlite, clock);
  // The file fails some time after it was last written.
  const local = new InProcessBreakerStore({ now: () => START_MS + 60_000 });
  return { store: new FallbackBreakerStore(shared, local, log), shared, lines };
}

describe('FallbackBreakerStore', () => {
  it('counts alone while the file is no database, warns once, and shares again when it can', async () => {
    const path = databasePath();
    writeFileSync(path, 'not a database '.repeat(100));
    const { store, shared, lines } = fallbackOver(sqliteAt(path, breakerMigrations));
    for (let count = 1; count <= 3; count += 1) {
      await store.update(KEY, fail);
      expect((await store.get(KEY))?.failures).toBe(count);
      expect((await store.list()).map(({ key }) => key)).toEqual([KEY]);
      expect(await store.transitions(KEY, 5)).toEqual([]);
    }
    expect(lines).toEqual([DEGRADED]);
    rmSync(path);
    await store.update(KEY, (row) => ({ ...fail(row), lastError: 'HTTP 503' }));
    expect(lines).toEqual([DEGRADED, 'info Breaker state is shared again']);
    expect(await shared.get(KEY)).toMatchObject({ failures: 1, lastError: 'HTTP 503' });
    expect(await store.get(KEY)).toEqual(await shared.get(KEY));
  });

  it('counts alone while the file can be read but not written, from where the shared state stood', async () => {
    const sqlite = sqliteAt(databasePath(), breakerMigrations);
    const { store, shared, lines } = fallbackOver(sqlite);
    const hot = await sqlite.hot();
    await store.update(KEY, (row) => ({ ...fail(row), generation: 9 }));
    const refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON breaker BEGIN SELECT RAISE(ABORT, 'not now'); END";
    await hot.write(({ db }) => db.exec(refuse).name);
    for (let count = 2; count <= 5; count += 1) {
      await store.update(KEY, fail);
      expect(await store.get(KEY)).toMatchObject({ failures: count, generation: 9 });
      expect((await store.list()).map(({ failures }) => failures)).toEqual([count]);
      expect((await shared.get(KEY))?.failures).toBe(1);
    }
    expect(lines).toEqual([DEGRADED]);
    await hot.write(({ db }) => db.exec('DROP TRIGGER refuse').name);
    await store.update(KEY, fail);
    expect((await shared.get(KEY))?.failures).toBe(2);
    expect(await store.get(KEY)).toEqual(await shared.get(KEY));
  });

  it('prefers what others wrote since to what it kept from an earlier failure', async () => {
    const path = databasePath();
    const sqlite = sqliteAt(path, breakerMigrations);
    const { store } = fallbackOver(sqlite);
    const hot = await sqlite.hot();
    const writable = (on: boolean) => hot.read(({ db }) => db.pragma(`query_only = ${on ? 'OFF' : 'ON'}`));
    writable(false);
    await store.update(KEY, (row) => ({ ...row, failures: 4, updatedAt: START_MS + 1 }));
    writable(true);
    await store.update(KEY, (row) => ({ ...row, failures: 0, generation: 20, updatedAt: START_MS + 50 }));
    writable(false);
    await store.update(KEY, (row) => ({ ...row, failures: row.failures + 1, updatedAt: START_MS + 60 }));
    expect(await store.get(KEY)).toMatchObject({ failures: 1, generation: 20 });
  });

  it('does not wait for a lock that lasts, and the change reaches the others once it ends', async () => {
    const path = databasePath();
    const { store, shared, lines } = fallbackOver(sqliteAt(path, breakerMigrations));
    await store.update(KEY, fail);
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    const started = performance.now();
    await store.update(KEY, fail);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    expect((await store.get(KEY))?.failures).toBe(2);
    expect(lines).toEqual([DEGRADED]);
    other.exec('COMMIT').close();
    await expect.poll(async () => (await shared.get(KEY))?.failures).toBe(2);
  });

  it('survives the closing of the shared store', async () => {
    const sqlite = sqliteAt(databasePath(), breakerMigrations);
    const { store, lines } = fallbackOver(sqlite);
    await store.update(KEY, fail);
    await sqlite.close();
    await store.update(KEY, fail);
    expect(await store.get(KEY)).toMatchObject({ key: KEY, failures: 1 });
    expect(lines).toEqual([DEGRADED]);
  });
});
