import { copyFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, it } from 'vitest';
import { backUp, restoreIfDamaged } from '../../src/storage/backup.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { noteMigrations } from '../support/note-migrations.ts';

const NOW = 1_790_000_000_000;

const beside = (path: string, kind: string) =>
  readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}.${kind}-`))
    .map((name) => name.slice(`${basename(path)}.${kind}-`.length))
    // The log of the file that was just damaged moves with it.
    .filter((name) => !name.startsWith(`${NOW}-`))
    .sort();

async function backedUp(): Promise<string> {
  const path = databasePath();
  const sqlite = sqliteAt(path, noteMigrations);
  await sqlite.hot();
  await backUp(path, 0, NOW);
  await sqlite.close();
  return path;
}

function restoreAt(path: string, now: number) {
  truncateSync(path, statSync(path).size >> 1);
  return restoreIfDamaged(path, now);
}

it('keeps the newest three damaged files, with their logs, and what a person named otherwise', async () => {
  const path = await backedUp();
  for (const name of ['1', '1-wal', '2', '3', 'mine']) writeFileSync(`${path}.damaged-${name}`, '');
  await restoreAt(path, NOW);
  expect(beside(path, 'damaged')).toEqual([`${NOW}`, '2', '3', 'mine'].sort());
});

it('keeps every damaged file for thirty days: what was stored after the backup is only there', async () => {
  const path = await backedUp();
  const day = 24 * 3_600_000;
  const ages = [1, 2, 3, 29, 31];
  for (const age of ages) writeFileSync(`${path}.damaged-${NOW - age * day}`, '');
  await restoreAt(path, NOW);
  expect(beside(path, 'damaged')).toEqual([29, 3, 2, 1, 0].map((age) => String(NOW - age * day)));
});

it('keeps no more than twenty damaged files, however new', async () => {
  const path = await backedUp();
  for (let age = 1; age <= 25; age += 1) writeFileSync(`${path}.damaged-${NOW - age}`, '');
  await restoreAt(path, NOW);
  expect(beside(path, 'damaged')).toEqual(Array.from({ length: 20 }, (_, index) => String(NOW - 19 + index)));
});

it('keeps the copy that was made last, also when the clock was set back', async () => {
  const path = await backedUp();
  const later = [1, 2, 3].map((more) => String(Date.now() + more * 1_000_000));
  for (const time of later) copyFileSync(`${path}.backup`, `${path}.backup-${time}`);
  const destructive = { id: 'note-900', sql: 'DROP TABLE note', destructive: true };
  await sqliteAt(path, [...noteMigrations, destructive]).hot();
  expect(beside(path, 'backup')).toEqual([expect.stringMatching(/^\d{13}$/), ...later.slice(1)]);
});

it('deletes nothing when there is no copy to restore', async () => {
  const path = await backedUp();
  rmSync(`${path}.backup`);
  for (const name of ['1', '2', '3', '4']) writeFileSync(`${path}.damaged-${name}`, '');
  expect(await restoreAt(path, NOW)).toBe('no_backup');
  expect(beside(path, 'damaged')).toEqual(['1', '2', '3', '4']);
});

it('keeps the newest three copies from before updates, and every one of another database', async () => {
  const [path, other] = [await backedUp(), await backedUp()];
  for (const name of ['2', '3', '4']) copyFileSync(`${path}.backup`, `${path}.backup-${name}`);
  copyFileSync(`${other}.backup`, `${path}.backup-1`);
  const destructive = { id: 'note-900', sql: 'DROP TABLE note', destructive: true };
  await sqliteAt(path, [...noteMigrations, destructive]).hot();
  expect(beside(path, 'backup')).toEqual(['1', expect.stringMatching(/^\d{13}$/), '3', '4']);
});
