import { closeSync, copyFileSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Connection } from '../../src/storage/connection.ts';
import { inspectDatabase } from '../../src/storage/inspect-database.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { noteMigrations } from '../support/note-migrations.ts';
import { add, notes } from '../support/notes.ts';

const PARTS = ['', '-wal', '-shm'];
const NEWER = { id: 'note-002', sql: 'ALTER TABLE note ADD COLUMN at INTEGER' };

/** Lets so much time pass, for whoever asks `performance.now()`. */
function passTime(ms: number): void {
  const real = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => real() + ms);
}

/** A closed database with one note, complete in one file. */
async function databaseWith(note: string): Promise<string> {
  const path = databasePath();
  const sqlite = sqliteAt(path, noteMigrations);
  await add(await sqlite.hot(), note);
  await sqlite.close();
  return path;
}

/** The notes in the file that lies at the path now. */
function notesAt(path: string): string[] {
  const db = new Database(path, { readonly: true });
  onTestFinished(() => void db.close());
  return db.prepare<[], string>('SELECT text FROM note ORDER BY text').pluck().all();
}

describe.skipIf(process.platform === 'win32')('a file that is replaced while it is open', () => {
  const remove = (path: string) => {
    for (const part of PARTS) rmSync(path + part, { force: true });
  };

  it.each([0, 2_000])('takes no write any more, on connections that were open (%i ms later)', async (ms) => {
    const path = await databaseWith('before');
    const replaced = vi.fn();
    const sqlite = new Sqlite({ path, migrations: noteMigrations, onReplaced: replaced });
    onTestFinished(() => sqlite.close());
    const connections = [await sqlite.hot(), await sqlite.ledger()];
    await Promise.all(connections.map((connection, index) => add(connection, `first ${index}`)));
    const other = await databaseWith('of another file');
    remove(path);
    renameSync(other, path);
    passTime(ms);
    await Promise.all([
      ...connections.map((connection, index) => add(connection, `held ${index}`)),
      sqlite.hot().then((hot) => add(hot, 'asked')),
      sqlite.ledger().then((ledger) => add(ledger, 'asked too')),
    ]);
    expect(notesAt(path)).toEqual(['asked', 'asked too', 'held 0', 'held 1', 'of another file']);
    expect(replaced).toHaveBeenCalledTimes(1);
  });

  it('acknowledges nothing that is lost when it is deleted again and again', async () => {
    const path = await databaseWith('before');
    const hot = await sqliteAt(path, noteMigrations).hot();
    for (let round = 0; round < 5; round += 1) {
      remove(path);
      const texts = Array.from({ length: 60 }, (_, index) => `${round} ${index}`);
      await Promise.all(texts.map((text) => add(hot, text)));
      expect(notesAt(path)).toEqual(texts.sort());
    }
  });

  it('is read no longer than a second, and the data version tells', async () => {
    const path = await databaseWith('before');
    const sqlite = sqliteAt(path, noteMigrations);
    const held = await sqlite.hot();
    const version = held.dataVersion();
    const other = await databaseWith('of another file');
    remove(path);
    renameSync(other, path);
    passTime(1_001);
    expect(notes(await sqlite.hot())).toEqual(['of another file']);
    expect(notes(held)).toEqual(['of another file']);
    expect(held.dataVersion()).not.toBe(version);
  });

  it('is still open for what was about to read it', async () => {
    const path = await databaseWith('before');
    const sqlite = sqliteAt(path, noteMigrations);
    await sqlite.hot();
    const reads = [sqlite.hot().then(notes), sqlite.hot().then(notes)];
    remove(path);
    passTime(1_001);
    reads.push(sqlite.hot().then(notes));
    expect(await Promise.all(reads)).toEqual([['before'], ['before'], []]);
  });
});

it('a damaged database takes no write on either connection once a call was told', async () => {
  const path = await databaseWith('before');
  const first = sqliteAt(path, noteMigrations);
  const hot = await first.hot();
  await Promise.all(Array.from({ length: 200 }, (_, index) => add(hot, `${index} ${'x'.repeat(500)}`)));
  await first.backUp(0);
  await first.close();
  const file = openSync(path, 'r+');
  // One page amid table or index: what is added does not touch it.
  writeSync(file, Buffer.alloc(4_096, 0x5a), 0, 4_096, 10 * 4_096);
  closeSync(file);
  const sqlite = sqliteAt(path, noteMigrations);
  const connections = [await sqlite.hot(), await sqlite.ledger()];
  const writes = connections.map((connection) => add(connection, 'unique'));
  expect(() => connections.map(readAll)).toThrow('The database file is damaged.');
  const results = await Promise.allSettled(writes);
  for (const result of results)
    expect(result).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('Its backup of') } });
  expect(notesAt(path)).not.toContain('unique');
  await add(await sqlite.ledger(), 'unique');
  expect(notesAt(path)).toContain('unique');
});

function readAll(connection: Connection): unknown {
  return connection.read((sql) => [sql.all('SELECT text FROM note NOT INDEXED'), notes(connection)]);
}

describe('a file that a newer version has migrated while it was open', () => {
  it('is neither written nor read any more', async () => {
    const path = await databaseWith('before');
    const older = sqliteAt(path, noteMigrations);
    const held = await older.hot();
    await sqliteAt(path, [...noteMigrations, NEWER]).hot();
    const refusal = {
      code: 'unavailable',
      message: 'The database was written by a newer version of Breakwater.',
      details: { unknown_migrations: ['note-002'] },
    };
    const results = await Promise.allSettled([add(held, 'a'), add(held, 'b')]);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: refusal });
    await expect(older.ledger()).rejects.toMatchObject(refusal);
    expect(notesAt(path)).toEqual(['before']);
  });

  it('is read for a second at most', async () => {
    const path = await databaseWith('before');
    const older = sqliteAt(path, noteMigrations);
    await older.hot();
    await sqliteAt(path, [...noteMigrations, NEWER]).hot();
    passTime(1_001);
    await expect(older.hot()).rejects.toMatchObject({ message: expect.stringContaining('newer version') });
  });

  it('goes on when its schema has changed and its steps are the same', async () => {
    const path = await databaseWith('before');
    const hot = await sqliteAt(path, noteMigrations).hot();
    const other = new Database(path);
    other.exec('CREATE INDEX by_length ON note (length(text))');
    other.close();
    await add(hot, 'after');
    expect(notesAt(path)).toEqual(['after', 'before']);
  });
});

describe('the database of another program', () => {
  it.each([
    ['with tables of its own', 'CREATE TABLE users (id INTEGER); PRAGMA user_version = 7'],
    ['with a table that we know', 'CREATE TABLE note (text TEXT)'],
    ['with a mark of its own', 'CREATE TABLE schema_migration (id); PRAGMA application_id = 0x47504B47'],
  ])('%s is refused and not touched', async (_what, sql) => {
    const path = databasePath();
    new Database(path).exec(sql).close();
    const before = readFileSync(path);
    const refusal = {
      code: 'unavailable',
      message: 'The file at BREAKWATER_DB is the database of another program.',
      hint: 'Point BREAKWATER_DB at a file of its own: a missing one is made. Nothing was changed.',
    };
    await expect(sqliteAt(path, noteMigrations).hot()).rejects.toMatchObject(refusal);
    await expect(inspectDatabase(path, noteMigrations)).rejects.toMatchObject(refusal);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is told from ours by the mark, and from those of older versions by their list of steps', async () => {
    const path = await databaseWith('ours');
    const db = new Database(path);
    expect(db.pragma('application_id', { simple: true })).toBe(0x42575452);
    db.pragma('application_id = 0');
    db.close();
    copyFileSync(path, `${path}-older`);
    expect(notes(await sqliteAt(`${path}-older`, noteMigrations).hot())).toEqual(['ours']);
  });
});

it('a database that stays locked while it is opened is waited for once, not by each who asks next', async () => {
  const path = await databaseWith('before');
  const holder = new Database(path);
  holder.pragma('locking_mode = EXCLUSIVE');
  holder.exec('BEGIN EXCLUSIVE');
  const sqlite = sqliteAt(path, noteMigrations);
  const first = sqlite.hot();
  setTimeout(() => passTime(10_500), 20);
  const locked = { code: 'unavailable', details: { cause: 'SQLITE_BUSY' } };
  await expect(first).rejects.toMatchObject(locked);
  const asked = Date.now();
  await expect(sqlite.ledger()).rejects.toMatchObject(locked);
  expect(Date.now() - asked).toBeLessThan(1_000);
  holder.close();
  expect(notes(await sqlite.hot())).toEqual(['before']);
});
