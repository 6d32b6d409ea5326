import { closeSync, existsSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import { codeOf } from '../core/errors.ts';

/** Makes an empty file that only its owner may read: SQLite would let every user of the machine do so. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
}

/** True for a file that has lost its content: a new one never lies at its path without some. */
export function isEmptied(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0;
}

/** Makes a database where there is no file, private and all at once. Where that fails, SQLite is the one to say why. */
export function makeDatabase(open: typeof BetterSqlite3, path: string): void {
  if (existsSync(path)) return;
  const draft = `${path}.new-${process.pid}`;
  try {
    rmSync(draft, { force: true });
    makePrivate(draft);
    const db = new open(draft, { timeout: 0 });
    // Writes the first page.
    db.pragma('journal_mode = WAL');
    db.close();
    publish(draft, path);
    rmSync(draft);
  } catch {
    removeQuietly(draft);
  }
}

function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (thrown) {
    // Another process was faster, or the file system knows no links.
    if (codeOf(thrown) !== 'EEXIST') makePrivate(path);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // In a folder that cannot be written it has not been made.
  }
}
