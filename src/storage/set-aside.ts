import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** How many damaged files, and how many copies from before an update, stay beside the database. */
export const KEPT = 3;

/** What was stored after the backup is only in the damaged file: a person gets this long to take it out. */
const DAMAGED_KEPT_MS = 30 * 24 * 3_600_000;
/** But a disk that damages the file again and again must not be filled by copies of it. */
const MOST_DAMAGED = 20;

/** Deletes damaged files of long ago that newer ones follow, once `made` lies there. */
export function pruneDamaged(path: string, made: string): void {
  const before = timeOf(made) - DAMAGED_KEPT_MS;
  removeOlder(setAside(path, 'damaged'), made, (file, rank) => rank > MOST_DAMAGED || timeOf(file) < before);
}

/** Deletes copies of this database that newer ones follow, once `made` lies there. Of another one, since deleted, it may be the last. */
export async function pruneCopies(path: string, made: string): Promise<void> {
  const born = await bornAt(made);
  if (born === undefined) return;
  const own: string[] = [];
  for (const copy of setAside(path, 'backup')) {
    if ((await bornAt(copy)) === born) own.push(copy);
  }
  removeOlder(own, made, () => true);
}

/** When the first step of its schema was made: no two databases have it in common. Undefined where nothing can be read. */
export async function bornAt(path: string): Promise<number | undefined> {
  const { default: open } = await import('better-sqlite3');
  try {
    const db = new open(path, { readonly: true, fileMustExist: true, timeout: 0 });
    try {
      return db.prepare<[], number>('SELECT min(applied_at) FROM schema_migration').pluck().get();
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

/** Newest first. */
function setAside(path: string, kind: 'damaged' | 'backup'): string[] {
  const prefix = `${basename(path)}.${kind}-`;
  try {
    return readdirSync(dirname(path))
      .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
      .sort((a, b) => timeOf(b) - timeOf(a))
      .map((name) => join(dirname(path), name));
  } catch {
    return [];
  }
}

function timeOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}

/** `made` stays whatever its name says: the clock may have been set back. @param mayGo asked of each that is not among the newest, by its rank */
function removeOlder(files: readonly string[], made: string, mayGo: (file: string, rank: number) => boolean): void {
  const others = files.filter((file) => basename(file) !== basename(made));
  for (const file of others.slice(KEPT - 1).filter((file, index) => mayGo(file, KEPT + 1 + index))) {
    for (const suffix of ['', '-wal', '-shm']) removeQuietly(file + suffix);
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is tried again when the next one is set aside.
  }
}
