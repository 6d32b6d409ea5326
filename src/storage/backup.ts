import { chmodSync, existsSync, linkSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { AppError } from '../core/errors.ts';
import { copyDatabase, findDamage } from './file-thread.ts';
import { bornAt, pruneDamaged } from './set-aside.ts';

export function backupOf(path: string): string {
  return `${path}.backup`;
}

/**
 * Copies the database beside itself unless there is a copy younger than `maxAgeMs`. Other connections read and write meanwhile; a
 * damaged file never replaces a sound copy. Resolves to whether a copy was made.
 */
export async function backUp(path: string, maxAgeMs: number, now: number): Promise<boolean> {
  const backup = backupOf(path);
  const madeAt = statSync(backup, { throwIfNoEntry: false })?.mtimeMs;
  if (madeAt !== undefined && Math.abs(now - madeAt) < maxAgeMs) return false;
  return withLock(path, async () => {
    const copy = `${backup}-new`;
    await copyDatabase(path, copy);
    const damage = await findDamage(copy);
    if (damage !== undefined) throw new AppError('unavailable', `The database is damaged and not backed up: ${damage}`);
    // What was written while it was made is not in it.
    utimesSync(copy, now / 1_000, now / 1_000);
    const isOther = madeAt !== undefined && (await bornAt(backup)) !== (await bornAt(copy));
    replace(backup, copy, isOther ? `${backup}-${Math.round(madeAt)}` : undefined);
    return true;
  });
}

/** The last copy of a database that was deleted is not lost to the one that took its path: it gets the name `aside`. */
function replace(backup: string, copy: string, aside: string | undefined): void {
  // Beside one that somebody put there may lie a log: SQLite would play it into the new one.
  for (const suffix of ['-wal', '-shm']) {
    if (aside === undefined) rmSync(backup + suffix, { force: true });
    else moveIfThere(backup + suffix, aside + suffix);
  }
  if (aside !== undefined) renameSync(backup, aside);
  renameSync(copy, backup);
}

/** What became of a database that SQLite calls damaged: it is sound after all, there is no sound copy, or the copy took its place. */
export type Restoration = 'sound' | 'no_backup' | { damaged: string; backupMadeAt: number };

/**
 * Puts the backup in the place of a damaged database, which is kept under another name. One process does it; the others find a sound
 * file. Connections that are open stay with the damaged file until `Sqlite` notices that another one lies at the path.
 */
export async function restoreIfDamaged(path: string, now: number): Promise<Restoration> {
  return withLock(path, async () => {
    if ((await findDamage(path)) === undefined) return 'sound';
    const backup = backupOf(path);
    if (!existsSync(backup) || (await findDamage(backup)) !== undefined) return 'no_backup';
    const backupMadeAt = Math.floor(statSync(backup).mtimeMs);
    const copy = `${backup}-new`;
    await copyDatabase(backup, copy, { backupMadeAt, restoredAt: now });
    const damaged = `${path}.damaged-${now}`;
    // The log belongs to the damaged file: SQLite would play it into the restored one.
    for (const suffix of ['-wal', '-shm']) moveIfThere(path + suffix, damaged + suffix);
    linkSync(path, damaged);
    chmodSync(copy, statSync(path).mode & 0o777);
    renameSync(copy, path);
    pruneDamaged(path, damaged);
    return { damaged, backupMadeAt };
  });
}

/** One process at a time, by a lock that ends with it, whatever ends that. The empty file stays: removing it could part those who wait. */
async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const { default: open } = await import('better-sqlite3');
  const lock = new open(`${path}.lock`, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return await work();
  } finally {
    lock.close();
  }
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}
