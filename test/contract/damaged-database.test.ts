import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AppError } from '../../src/core/errors.ts';
import { backUp, backupOf, restoreIfDamaged } from '../../src/storage/backup.ts';
import type { Connection } from '../../src/storage/connection.ts';
import { findDamage } from '../../src/storage/file-thread.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { noteMigrations } from '../support/note-migrations.ts';

const HOUR_MS = 3_600_000;

const add = (connection: Connection, text: string) =>
  connection.write((sql) => sql.run('INSERT INTO note (text) VALUES (?)', [text]));
const notes = (connection: Connection) =>
  connection.read((sql) => sql.all<{ text: string }>('SELECT text FROM note ORDER BY text')).map(({ text }) => text);

/** A database with rows on many pages and a backup of it, then one more row that only the database has; closed. */
async function backedUp(): Promise<string> {
  const path = databasePath();
  const sqlite = sqliteAt(path, noteMigrations);
  const hot = await sqlite.hot();
  await Promise.all(Array.from({ length: 200 }, (_, index) => add(hot, `note ${index} ${'x'.repeat(500)}`)));
  expect(await sqlite.backUp(HOUR_MS)).toBe(true);
  await add(hot, 'later');
  await sqlite.close();
  return path;
}

/** Overwrites a stretch of a file, past SQLite. */
function scribble(path: string, at: number, bytes: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(bytes, 0x5a), 0, bytes, at);
  closeSync(file);
}

function opened(path: string, explanations: string[] = []): Sqlite {
  const onRestored = ({ message }: AppError) => void explanations.push(message);
  const sqlite = new Sqlite({ path, migrations: noteMigrations, onRestored });
  onTestFinished(() => sqlite.close());
  return sqlite;
}

describe('a damaged database', () => {
  it.each<[string, (path: string) => void]>([
    ['whose first page is', (path) => scribble(path, 0, 4_096)],
    ['whose schema is', (path) => scribble(path, 100, 3_000)],
    ['that has lost all content', (path) => truncateSync(path)],
    ['that is cut off', (path) => truncateSync(path, statSync(path).size >> 1)],
    ['whose pages inside are', (path) => scribble(path, 4_096, statSync(path).size - 4_096)],
    ['that another program has overwritten', (path) => writeFileSync(path, 'not a database at all. '.repeat(50))],
  ])('%s: one call tells what is gone, the next one works with the backup', async (_what, damage) => {
    const path = await backedUp();
    damage(path);
    const spoilt = readFileSync(path);
    const explanations: string[] = [];
    const sqlite = opened(path, explanations);
    const errors: unknown[] = [];
    const use = async () => notes(await sqlite.hot());
    for (let call = 0; call < 3 && explanations.length === 0; call += 1) {
      await use().catch((thrown: unknown) => errors.push(thrown));
    }
    const madeAt = new Date(statSync(backupOf(path)).mtimeMs).toISOString();
    const aside = readdirSync(dirname(path)).filter((name) => /\.damaged-\d+$/.test(name));
    expect(errors.at(-1)).toMatchObject({
      code: 'unavailable',
      outcome: 'not_executed',
      message: `The database was damaged. Its backup of ${madeAt} is used from now on.`,
      hint: expect.stringContaining('look at the service whether it was done'),
      details: { file: path, damaged_file: expect.stringContaining(aside[0] ?? '?'), backup_made_at: madeAt },
    });
    expect(explanations).toHaveLength(1);
    expect(await use()).toHaveLength(200);
    expect(await use()).not.toContain('later');
    await add(await sqlite.ledger(), 'after');
    expect(await use()).toContain('after');
    expect(aside).toHaveLength(1);
    expect(readFileSync(`${dirname(path)}/${aside[0]}`).equals(spoilt)).toBe(true);
    expect(await findDamage(path)).toBeUndefined();
  });

  it('that is found while it is open is closed, restored, and used by every process from then on', async () => {
    const path = await backedUp();
    const [one, two] = [opened(path), opened(path)];
    for (const sqlite of [one, two]) expect(await findDamage(path), `${await sqlite.hot()}`).toBeUndefined();
    scribble(path, 4_096, statSync(path).size - 4_096);
    const read = async (sqlite: Sqlite) => notes(await sqlite.hot()).length;
    const outcome = (sqlite: Sqlite) => read(sqlite).catch((thrown: AppError) => thrown.message);
    expect(await outcome(one)).toBe('The database file is damaged.');
    expect(await outcome(one)).toContain('The database was damaged.');
    expect(await outcome(one)).toBe(200);
    await expect.poll(() => outcome(two), { interval: 200 }).toBe(200);
    await add(await two.hot(), 'by the other');
    expect(notes(await one.hot())).toContain('by the other');
  });

  it('is restored once when several find it at the same moment', async () => {
    const path = await backedUp();
    scribble(path, 0, 4_096);
    const all = [1, 2, 3, 4].map(() => opened(path));
    const use = (sqlite: Sqlite) => sqlite.hot().then(notes, () => undefined);
    for (let round = 0; round < 4; round += 1) await Promise.all(all.map(use));
    expect((await Promise.all(all.map(use))).map((texts) => texts?.length)).toEqual([200, 200, 200, 200]);
    expect(readdirSync(dirname(path)).filter((name) => /\.damaged-\d+$/.test(name))).toHaveLength(1);
  });

  it('without a backup, or with a damaged one, stays as it is and says what to do', async () => {
    const path = await backedUp();
    scribble(path, 0, 4_096);
    scribble(backupOf(path), 0, 4_096);
    const before = readFileSync(path);
    for (const prepare of [() => {}, () => rmSync(backupOf(path))]) {
      prepare();
      await expect(opened(path).hot()).rejects.toMatchObject({
        code: 'unavailable',
        hint: expect.stringContaining('move this one away'),
      });
      expect(await restoreIfDamaged(path, 1)).toBe('no_backup');
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is not blamed for what is well: a sound file is never replaced', async () => {
    const path = await backedUp();
    expect(await restoreIfDamaged(path, 1)).toBe('sound');
    expect(notes(await opened(path).hot())).toContain('later');
  });
});

describe('a backup', () => {
  it('is made once in its time, readable by its owner only, and leaves nothing behind', async () => {
    const path = await backedUp();
    expect(statSync(backupOf(path)).mode & 0o777).toBe(0o600);
    const sqlite = opened(path);
    expect(await sqlite.backUp(HOUR_MS)).toBe(false);
    const old = new Date(Date.now() - HOUR_MS - 1_000);
    utimesSync(backupOf(path), old, old);
    expect(await sqlite.backUp(HOUR_MS)).toBe(true);
    await sqlite.close();
    expect(readdirSync(dirname(path)).sort()).toEqual(
      ['', '.backup', '.lock'].map((suffix) => basename(path) + suffix),
    );
    const copy = new Database(backupOf(path), { readonly: true });
    expect(copy.prepare('SELECT count(*) AS n FROM note').get()).toEqual({ n: 201 });
    copy.close();
  });

  it('is whole while others write all the time', async () => {
    const path = await backedUp();
    const [sqlite, writer] = [opened(path), await opened(path).hot()];
    let isWriting = true;
    const writing = (async () => {
      for (let index = 0; isWriting; index += 1) await add(writer, `meanwhile ${index} ${'y'.repeat(5_000)}`);
    })();
    for (let round = 0; round < 5; round += 1) expect(await sqlite.backUp(0)).toBe(true);
    isWriting = false;
    await writing;
    expect(await findDamage(backupOf(path))).toBeUndefined();
  });

  it('of a damaged file is not made: the sound one stays', async () => {
    const path = await backedUp();
    const sound = readFileSync(backupOf(path));
    const sqlite = opened(path);
    await sqlite.hot();
    scribble(path, 8_192, statSync(path).size - 8_192);
    await expect(backUp(path, 0, Date.now())).rejects.toThrow(/damaged|malformed/);
    expect(readFileSync(backupOf(path)).equals(sound)).toBe(true);
  });

  it('that cannot be written fails, and neither the database nor the former backup suffers', async () => {
    const path = await backedUp();
    const before = readFileSync(backupOf(path));
    // A folder in the way stands for a disk that refuses.
    mkdirSync(`${backupOf(path)}-new`);
    await expect(backUp(path, 0, Date.now())).rejects.toThrow();
    expect(readFileSync(backupOf(path)).equals(before)).toBe(true);
    expect(notes(await opened(path).hot())).toHaveLength(201);
  });
});
