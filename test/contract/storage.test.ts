import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { inspectDatabase } from '../../src/storage/inspect-database.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { noteMigrations } from '../support/note-migrations.ts';
import { add, notes } from '../support/notes.ts';
import { AT_ONCE_MS } from '../support/patience.ts';

const INSERT = 'INSERT INTO note (text) VALUES (?)';

describe('two connections on one file', () => {
  it('flush at a commit as far as each promises', async () => {
    const sqlite = sqliteAt(databasePath(), noteMigrations);
    const modes = [await sqlite.hot(), await sqlite.ledger()].map((connection) =>
      connection.read(({ db }) =>
        ['journal_mode', 'synchronous', 'foreign_keys'].map((name) => db.pragma(name, { simple: true })),
      ),
    );
    expect(modes).toEqual([
      ['wal', 1, 1],
      ['wal', 2, 1],
    ]);
  });

  it.skipIf(process.platform === 'win32')(
    'make files that only their owner can read, and leave the rights of a file that exists',
    async () => {
      const path = databasePath();
      const modes = () => readdirSync(dirname(path)).map((name) => statSync(join(dirname(path), name)).mode & 0o777);
      const sqlite = sqliteAt(path, noteMigrations);
      await add(await sqlite.hot(), 'a');
      expect(modes()).toEqual([0o600, 0o600, 0o600]);
      await sqlite.close();
      chmodSync(path, 0o640);
      await add(await sqliteAt(path, noteMigrations).hot(), 'b');
      expect(modes()).toEqual([0o640, 0o640, 0o640]);
    },
  );

  it('see what any other has committed, and notice it by the data version', async () => {
    const path = databasePath();
    const [first, second] = [sqliteAt(path, noteMigrations), sqliteAt(path, noteMigrations)];
    const reader = await second.hot();
    const before = reader.dataVersion();
    expect(reader.dataVersion()).toBe(before);
    await add(await first.ledger(), 'a');
    expect(reader.dataVersion()).not.toBe(before);
    expect(notes(reader)).toEqual(['a']);
    expect(notes(await first.hot())).toEqual(['a']);
  });

  it('can be opened by two at once while the file does not exist', async () => {
    const path = join(dirname(databasePath()), 'new', 'folder', 'test.db');
    const both = [sqliteAt(path, noteMigrations), sqliteAt(path, noteMigrations)];
    const connections = await Promise.all(both.map((sqlite) => sqlite.hot()));
    await Promise.all(connections.map((connection, index) => add(connection, `${index}`)));
    expect(connections.map(notes)).toEqual([
      ['0', '1'],
      ['0', '1'],
    ]);
  });
});

describe('write', () => {
  it('commits what was queued together at once, and takes back only the job that throws', async () => {
    const path = databasePath();
    const hot = await sqliteAt(path, noteMigrations).hot();
    const outside = await sqliteAt(path, noteMigrations).hot();
    const problem = new Error('changed my mind');
    const seenOutside: string[][] = [];
    const results = await Promise.allSettled([
      add(hot, 'first'),
      hot.write((sql) => {
        sql.run(INSERT, ['second']);
        throw problem;
      }),
      hot.write((sql) => {
        seenOutside.push(notes(outside));
        return sql.run(INSERT, ['third']);
      }),
    ]);
    expect(results).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: problem },
      { status: 'fulfilled', value: 1 },
    ]);
    expect(seenOutside).toEqual([[]]);
    expect(notes(outside)).toEqual(['first', 'third']);
  });

  it('fails only the job whose fault shows at the commit', async () => {
    const deferred = {
      id: 'note-002',
      sql: 'CREATE TABLE reply (note TEXT REFERENCES note (text) DEFERRABLE INITIALLY DEFERRED)',
    };
    const hot = await sqliteAt(databasePath(), [...noteMigrations, deferred]).hot();
    const results = await Promise.allSettled([
      add(hot, 'innocent'),
      hot.write((sql) => sql.run("INSERT INTO reply (note) VALUES ('nothing')")),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(notes(hot)).toEqual(['innocent']);
    expect(hot.read((sql) => sql.all('SELECT note FROM reply'))).toEqual([]);
  });

  it('on a full disk keeps the state and what fits, and goes on when there is room again', async () => {
    const path = databasePath();
    const hot = await sqliteAt(path, noteMigrations).hot();
    await add(hot, 'before');
    const limit = (pages: number) => hot.read(({ db }) => db.pragma(`max_page_count = ${pages}`, { simple: true }));
    const used = hot.read(({ db }) => Number(db.pragma('page_count', { simple: true })));
    limit(used + 1);
    const tooLarge = 'x'.repeat(100_000);
    const [small, large, another] = await Promise.allSettled([
      add(hot, 'small'),
      add(hot, tooLarge),
      add(hot, 'also small'),
    ]);
    expect([small.status, another.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(large).toMatchObject({
      status: 'rejected',
      reason: {
        name: 'AppError',
        code: 'unavailable',
        message: 'The database could not be written: the disk is full or fails.',
        hint: 'Free disk space where BREAKWATER_DB lies, then call again. Nothing was changed.',
        details: { file: path, cause: 'SQLITE_FULL' },
      },
    });
    expect(notes(hot)).toEqual(['also small', 'before', 'small']);
    limit(1_000_000);
    await add(hot, tooLarge);
    expect(notes(hot)).toHaveLength(4);
  });

  it('gives up all that waited once a foreign lock has lasted too long, instead of waiting for each', async () => {
    const path = databasePath();
    const hot = await sqliteAt(path, noteMigrations).hot();
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    const started = performance.now();
    const real = performance.now.bind(performance);
    const waiting = Array.from({ length: 60 }, (_, index) => add(hot, `${index}`));
    const results = Promise.allSettled(waiting);
    await new Promise((resolve) => setTimeout(resolve, 20));
    vi.spyOn(performance, 'now').mockImplementation(() => real() + 10_500);
    const reasons = (await results).map((result) => (result.status === 'rejected' ? result.reason : undefined));
    expect(real() - started).toBeLessThan(AT_ONCE_MS);
    expect(reasons).toHaveLength(60);
    for (const reason of reasons)
      expect(reason).toMatchObject({ code: 'unavailable', details: { cause: 'SQLITE_BUSY' } });
    other.exec('ROLLBACK');
    other.close();
    await add(hot, 'after');
    expect(notes(hot)).toEqual(['after']);
  });

  it('leaves the event loop free while thousands of writes are queued', async () => {
    const hot = await sqliteAt(databasePath(), noteMigrations).hot();
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await Promise.all(Array.from({ length: 10_000 }, (_, index) => add(hot, `${index}`)));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
    expect(notes(hot)).toHaveLength(10_000);
  });
});

describe('close', () => {
  it('waits for what is queued, may be repeated, and refuses what comes later', async () => {
    const path = databasePath();
    const sqlite = sqliteAt(path, noteMigrations);
    const hot = await sqlite.hot();
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    const write = add(hot, 'last');
    const closed = Promise.all([sqlite.close(), sqlite.close()]);
    setTimeout(() => other.exec('COMMIT').close(), 50);
    await closed;
    expect(await write).toBe(1);
    await expect(sqlite.hot()).rejects.toMatchObject({ code: 'unavailable', message: 'The server is shutting down.' });
    expect(notes(await sqliteAt(path, noteMigrations).hot())).toEqual(['last']);
  });
});

describe('a file that cannot be used', () => {
  it('is not touched when it is no database, and is tried again at the next call', async () => {
    const path = databasePath();
    const content = 'this is somebody’s letter, not a database. '.repeat(100);
    writeFileSync(path, content);
    const sqlite = sqliteAt(path, noteMigrations);
    const refusal = {
      code: 'unavailable',
      message: 'The database file is not a SQLite database.',
      hint: 'Point BREAKWATER_DB at another file, or move this one away: a new one is made at the next call.',
      details: { file: path, cause: 'SQLITE_NOTADB' },
    };
    await expect(sqlite.hot()).rejects.toMatchObject(refusal);
    await expect(sqlite.ledger()).rejects.toMatchObject(refusal);
    expect(readFileSync(path, 'utf8')).toBe(content);
    rmSync(path);
    await add(await sqlite.hot(), 'works');
  });

  it.each([
    ['a folder', '', 'SQLITE_CANTOPEN'],
    ['below a file', 'file/test.db', 'SQLITE_CANTOPEN'],
    ['two levels below a file', 'file/folder/test.db', 'ENOTDIR'],
  ])('is named: %s', async (_, name, cause) => {
    const folder = dirname(databasePath());
    writeFileSync(join(folder, 'file'), 'content');
    const path = join(folder, name);
    await expect(sqliteAt(path, noteMigrations).hot()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The database cannot be opened.',
      hint: 'Make its folder exist and be writable, or point BREAKWATER_DB at a writable place.',
      details: { file: path, cause },
    });
  });
});

describe('no place for a file', () => {
  it('is said by every call that needs it, and nothing is made in the folder one happens to be in', async () => {
    const before = readdirSync('.');
    const refusal = { code: 'not_configured', hint: expect.stringContaining('Set BREAKWATER_DB') };
    await expect(sqliteAt('', noteMigrations).hot()).rejects.toMatchObject(refusal);
    await expect(sqliteAt('', noteMigrations).backUp(1)).rejects.toMatchObject(refusal);
    await expect(inspectDatabase('', noteMigrations)).rejects.toMatchObject(refusal);
    expect(readdirSync('.')).toEqual(before);
  });
});

describe('migrations', () => {
  const second = { id: 'note-002', sql: 'ALTER TABLE note ADD COLUMN at INTEGER' };
  const drop = { id: 'note-003', sql: 'DROP TABLE note', destructive: true };

  it('refuse a file that a newer version has changed, and leave it alone', async () => {
    const path = databasePath();
    const newer = sqliteAt(path, [...noteMigrations, second]);
    await add(await newer.hot(), 'kept');
    await expect(sqliteAt(path, noteMigrations).hot()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The database was written by a newer version of Breakwater.',
      details: { unknown_migrations: ['note-002'] },
    });
    expect(notes(await newer.hot())).toEqual(['kept']);
  });

  it('bring an older file forward and keep its rows', async () => {
    const path = databasePath();
    await add(await sqliteAt(path, noteMigrations).hot(), 'old');
    const hot = await sqliteAt(path, [...noteMigrations, second]).hot();
    expect(hot.read((sql) => sql.all('SELECT text, at FROM note'))).toEqual([{ text: 'old', at: null }]);
  });

  it('apply all or none', async () => {
    const path = databasePath();
    const broken = { id: 'note-004', sql: 'CREATE TABLE other (x); CREATE TABLE note (x)' };
    await expect(sqliteAt(path, [...noteMigrations, broken]).hot()).rejects.toThrow('table note already exists');
    const db = new Database(path, { readonly: true });
    expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([]);
    db.close();
  });

  it('copy the file before data is dropped, but not a file without data', async () => {
    const path = databasePath();
    const backups = () => readdirSync(dirname(path)).filter((name) => name.includes('.backup-'));
    await sqliteAt(`${path}-new`, [...noteMigrations, drop]).hot();
    await add(await sqliteAt(path, noteMigrations).hot(), 'precious');
    expect(backups()).toEqual([]);
    await sqliteAt(path, [...noteMigrations, drop]).hot();
    const [backup = ''] = backups();
    if (process.platform !== 'win32') expect(statSync(join(dirname(path), backup)).mode & 0o777).toBe(0o600);
    const db = new Database(join(dirname(path), backup), { readonly: true });
    expect(db.prepare('SELECT text FROM note').all()).toEqual([{ text: 'precious' }]);
    db.close();
  });
});
