import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import { silentLog } from '../../src/core/log.ts';
import { FallbackPermitStore } from '../../src/resilience/fallback-permit-store.ts';
import type { PermitStore } from '../../src/resilience/permit-store.ts';
import { SqlitePermitStore } from '../../src/resilience/sqlite-permit-store.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { AT_ONCE_MS } from '../support/patience.ts';
import { resilienceMigrations } from '../support/resilience-stack.ts';

const NOBODY = 65534;
const LIMIT = { permits: 10, perMs: 1_000, burst: 2 };

class MovableClock implements Clock {
  time = 1_790_000_000_000;
  now(): number {
    return this.time;
  }
}

const brokenStore: PermitStore = {
  take: () => Promise.reject(new Error('disk I/O error')),
  giveBack: () => Promise.reject(new Error('disk I/O error')),
};

function sqliteStore(path: string, clock: Clock): SqlitePermitStore {
  return new SqlitePermitStore(sqliteAt(path, resilienceMigrations), clock);
}

type Open = (path: string, clock: Clock) => PermitStore;
const adapters: [string, Open][] = [
  ['SqlitePermitStore', sqliteStore],
  ['FallbackPermitStore', (path, clock) => new FallbackPermitStore(sqliteStore(path, clock), clock, silentLog)],
  [
    'FallbackPermitStore without its shared store',
    (_path, clock) => new FallbackPermitStore(brokenStore, clock, silentLog),
  ],
];

describe.each(adapters)('%s', (_name, open) => {
  function setup() {
    const clock = new MovableClock();
    const store = open(databasePath(), clock);
    const take = (maxWaitMs = 0, key = 'k') => store.take(key, LIMIT, maxWaitMs);
    return { clock, store, take };
  }

  it('grants the burst at once, then one permit per interval', async () => {
    const { clock, take } = setup();
    expect(await take()).toEqual({ granted: true, waitMs: 0 });
    expect(await take()).toEqual({ granted: true, waitMs: 0 });
    expect(await take()).toEqual({ granted: false, waitMs: 100 });
    clock.time += 100;
    expect(await take()).toEqual({ granted: true, waitMs: 0 });
    expect(await take()).toEqual({ granted: false, waitMs: 100 });
  });

  it('reserves permits in order for those who wait, and nothing for those who would not', async () => {
    const { take } = setup();
    const waits = [];
    for (let call = 0; call < 5; call += 1) waits.push(await take(300));
    expect(waits.map(({ waitMs }) => waitMs)).toEqual([0, 0, 100, 200, 300]);
    expect(await take(300)).toEqual({ granted: false, waitMs: 400 });
    expect(await take(399)).toEqual({ granted: false, waitMs: 400 });
    expect(await take(400)).toEqual({ granted: true, waitMs: 400 });
  });

  it('hands a permit that was given back to the next one', async () => {
    const { store, take } = setup();
    for (let call = 0; call < 3; call += 1) await take(100);
    expect(await take(100)).toEqual({ granted: false, waitMs: 200 });
    await store.giveBack('k', LIMIT);
    expect(await take(100)).toEqual({ granted: true, waitMs: 100 });
  });

  it('takes a permit of a key that nobody knows back without harm', async () => {
    const { store, take } = setup();
    await store.giveBack('k', LIMIT);
    expect(await take()).toEqual({ granted: true, waitMs: 0 });
    expect(await take()).toEqual({ granted: true, waitMs: 0 });
    expect((await take()).granted).toBe(false);
  });

  it('counts each key by itself', async () => {
    const { take } = setup();
    await take();
    await take();
    expect((await take()).granted).toBe(false);
    expect((await take(0, 'other')).granted).toBe(true);
  });

  it('counts calls that come together one by one', async () => {
    const { take } = setup();
    const together = await Promise.all(Array.from({ length: 50 }, () => take()));
    expect(together.filter(({ granted }) => granted)).toHaveLength(2);
    const waiting = await Promise.all(Array.from({ length: 20 }, () => take(1_000)));
    expect(waiting.filter(({ granted }) => granted).map(({ waitMs }) => waitMs)).toEqual([
      100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000,
    ]);
  });

  it('follows a limit that changes', async () => {
    const { clock, store } = setup();
    await store.take('k', { permits: 1, perMs: 1_000, burst: 1 }, 0);
    clock.time += 500;
    expect(await store.take('k', { permits: 1, perMs: 1_000, burst: 1 }, 0)).toEqual({ granted: false, waitMs: 500 });
    expect(await store.take('k', { permits: 100, perMs: 1_000, burst: 60 }, 0)).toEqual({ granted: true, waitMs: 0 });
  });
});

describe.each(adapters.slice(0, 2))('%s', (_name, open) => {
  it('counts together what several of them on one file grant, and what was granted before a restart', async () => {
    const [path, clock] = [databasePath(), new MovableClock()];
    const [one, two] = [open(path, clock), open(path, clock)];
    expect((await one.take('k', LIMIT, 0)).granted).toBe(true);
    expect((await two.take('k', LIMIT, 0)).granted).toBe(true);
    expect((await one.take('k', LIMIT, 0)).granted).toBe(false);
    expect(await open(path, clock).take('k', LIMIT, 0)).toEqual({ granted: false, waitMs: 100 });
  });
});

/** Root may write everywhere, whatever the mode of a file says. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('FallbackPermitStore, when the file cannot be used', () => {
  function setup() {
    const [path, clock] = [databasePath(), new MovableClock()];
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (_fields, message) => warnings.push(message) };
    const store = new FallbackPermitStore(sqliteStore(path, clock), clock, log);
    const grants = async (count: number) => {
      const permissions = [];
      for (let call = 0; call < count; call += 1) permissions.push(await store.take('k', LIMIT, 0));
      return permissions.filter(({ granted }) => granted).length;
    };
    return { path, clock, warnings, grants };
  }

  it('keeps the limit in this process when the file is no database, and warns once', async () => {
    const { path, clock, warnings, grants } = setup();
    writeFileSync(path, 'no database at all, and long enough to have a header of its own'.repeat(20));
    expect(await grants(5)).toBe(2);
    clock.time += 100;
    expect(await grants(5)).toBe(1);
    expect(warnings).toEqual(['Rate limits are counted by this process alone']);
  });

  it('goes back to the shared count once the file can be used again, and warns no more', async () => {
    const { path, clock, warnings, grants } = setup();
    writeFileSync(path, 'no database at all, and long enough to have a header of its own'.repeat(20));
    expect(await grants(3)).toBe(2);
    rmSync(path);
    clock.time += 6_000;
    expect(await grants(3)).toBe(2);
    expect(warnings).toHaveLength(1);
    expect(await sqliteStore(path, clock).take('k', LIMIT, 0)).toEqual({ granted: false, waitMs: 100 });
  });

  it('keeps the limit when the file is read-only', async () => {
    const { path, clock, warnings, grants } = setup();
    await sqliteStore(path, clock).take('other', LIMIT, 0);
    chmodSync(dirname(path), 0o755);
    chmodSync(path, 0o444);
    expect(await withoutRights(() => grants(5))).toBe(2);
    expect(warnings).toHaveLength(1);
  });

  it('does not let a call wait for long while another program holds the lock', async () => {
    const { path, clock, warnings, grants } = setup();
    await sqliteStore(path, clock).take('other', LIMIT, 0);
    const holder = new Database(path);
    holder.exec('BEGIN IMMEDIATE');
    const started = performance.now();
    expect(await grants(1)).toBe(1);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    holder.exec('ROLLBACK');
    holder.close();
    expect(warnings).toHaveLength(1);
  });

  it('goes on when the file is deleted while it is open, at most once anew with the next file', async () => {
    const { path, grants } = setup();
    expect(await grants(1)).toBe(1);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    expect(await grants(5)).toBeLessThanOrEqual(2);
  });
});
