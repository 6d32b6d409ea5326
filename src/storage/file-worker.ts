/** The thread of `file-thread.ts`: does one task and ends. */
import { rmSync, statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import open from 'better-sqlite3';
import { codeOf, messageOf } from '../core/errors.ts';
import type { FileResult, FileTask } from './file-thread.ts';
import { makePrivate } from './new-file.ts';
import type { Gap } from './restoration.ts';
import { markRestored } from './restoration.ts';
import { isDamaged, isLocked } from './storage-error.ts';

/** Between two steps the thread can be ended: 8 MB. */
const PAGES_PER_STEP = 2_000;

function findDamage(path: string): string | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  // SQLite takes it for a new database, and deletes the log beside it.
  if (size === 0) return 'The file is empty.';
  try {
    return check(path);
  } catch (thrown) {
    if (isDamaged(thrown)) return messageOf(thrown);
    if (isLocked(thrown)) return undefined;
    throw thrown;
  }
}

function check(path: string): string | undefined {
  const db = new open(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    const found = db.prepare<[], string>('PRAGMA quick_check(1)').pluck().get();
    return found === 'ok' ? undefined : (found ?? 'The check gave no answer.');
  } finally {
    db.close();
  }
}

async function copy(from: string, to: string, lost: Gap | undefined): Promise<void> {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(to + suffix, { force: true });
  const db = new open(from, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    // One snapshot: without it every write of anybody begins the copy anew.
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    makePrivate(to);
    await db.backup(to, { progress: () => PAGES_PER_STEP });
    complete(to, lost);
  } catch (thrown) {
    rmSync(to, { force: true });
    throw thrown;
  } finally {
    db.close();
  }
}

/** Takes the copy out of WAL mode, so that nothing of it is in a log. */
function complete(path: string, lost: Gap | undefined): void {
  const db = new open(path, { timeout: 0 });
  try {
    db.pragma('journal_mode = DELETE');
    if (lost !== undefined) markRestored(db, lost);
  } finally {
    db.close();
  }
}

async function run(task: FileTask): Promise<FileResult> {
  try {
    if (task.kind === 'check') return { found: findDamage(task.path) };
    await copy(task.from, task.to, task.lost);
    return { found: undefined };
  } catch (thrown) {
    return { failure: { message: messageOf(thrown), code: codeOf(thrown) } };
  }
}

parentPort?.postMessage(await run(workerData as FileTask));
