import { readdirSync, rmSync, utimesSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { backUp, backupOf } from '../../src/storage/backup.ts';
import type { Connection } from '../../src/storage/connection.ts';
import { findDamage } from '../../src/storage/file-thread.ts';
import { isEmptied, makeDatabase } from '../../src/storage/new-file.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { noteMigrations } from '../support/note-migrations.ts';

const HOUR_MS = 3_600_000;

const add = (connection: Connection, text: string) =>
  connection.write((sql) => sql.run('INSERT INTO note (text) VALUES (?)', [text]));

function textsIn(path: string, table = 'note'): unknown[] {
  const db = new Database(path, { readonly: true });
  const texts = db.prepare(`SELECT text FROM ${table} ORDER BY text`).pluck().all();
  db.close();
  return texts;
}

const beside = (path: string) =>
  readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}.`))
    .map((name) => `${dirname(path)}/${name}`);

/** A database with one note and a backup of two hours ago. */
async function withOldBackup() {
  const path = databasePath();
  const sqlite = sqliteAt(path, noteMigrations);
  await add(await sqlite.hot(), 'precious');
  await backUp(path, 0, Date.now() - 2 * HOUR_MS);
  return { path, sqlite };
}

describe('a database that was deleted', () => {
  it('keeps its backup: that of the one that took its path lies beside it', async () => {
    const { path, sqlite } = await withOldBackup();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix);
    await add(await sqlite.hot(), 'new one');
    expect(await sqlite.backUp(HOUR_MS)).toBe(true);
    expect(textsIn(backupOf(path))).toEqual(['new one']);
    const [kept = '', ...more] = beside(path).filter((name) => /\.backup-\d+$/.test(name));
    expect(more).toEqual([]);
    expect(textsIn(kept)).toEqual(['precious']);
    const old = new Date(Date.now() - 2 * HOUR_MS);
    utimesSync(backupOf(path), old, old);
    await sqlite.backUp(HOUR_MS);
    expect(beside(path).filter((name) => name.includes('.backup-'))).toEqual([kept]);
  });

  it('is not restored, also where several make the new one at once', async () => {
    const { path, sqlite } = await withOldBackup();
    await sqlite.close();
    rmSync(path);
    const all = await Promise.all([1, 2, 3].map(() => sqliteAt(path, noteMigrations).hot()));
    await Promise.all(all.map((hot, index) => add(hot, `${index}`)));
    expect(textsIn(path)).toEqual(['0', '1', '2']);
    expect(beside(path).filter((name) => name.includes('.damaged'))).toEqual([]);
  });

  it('is never seen empty while it is made', () => {
    const path = databasePath();
    makeDatabase(Database, path);
    expect(isEmptied(path)).toBe(false);
    expect(beside(path)).toEqual([]);
  });
});

it('the check of a database leaves the event loop free', async () => {
  const path = databasePath();
  const db = new Database(path);
  db.exec('CREATE TABLE big (text TEXT)');
  db.prepare(
    'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO big SELECT hex(randomblob(1000)) FROM n',
  ).run();
  db.close();
  let isChecking = true;
  let turns = 0;
  const check = findDamage(path).finally(() => (isChecking = false));
  for (; isChecking; turns += 1) await nextTurn();
  expect(await check).toBeUndefined();
  expect(turns).toBeGreaterThan(100);
});

it('what a migration drops is in the copy, down to what others wrote until the last moment', async () => {
  const path = databasePath();
  const writer = await sqliteAt(path, noteMigrations).hot();
  await Promise.all(Array.from({ length: 200 }, (_, index) => add(writer, `note ${index} ${'x'.repeat(100_000)}`)));
  const drop = {
    id: 'note-002',
    sql: 'CREATE TABLE kept AS SELECT text FROM note; DROP TABLE note',
    destructive: true,
  };
  let isMigrating = true;
  const writing = (async () => {
    for (let index = 0; isMigrating; index += 1)
      await add(writer, `meanwhile ${index}`).catch(() => (isMigrating = false));
  })();
  await sqliteAt(path, [...noteMigrations, drop]).hot();
  isMigrating = false;
  await writing;
  const [copy = ''] = beside(path).filter((name) => name.includes('.backup-'));
  const dropped = textsIn(path, 'kept');
  expect(dropped.length).toBeGreaterThanOrEqual(200);
  expect(textsIn(copy)).toEqual(dropped);
});
