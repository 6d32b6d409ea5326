/** The thread of `findDamage`. */
import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import open from 'better-sqlite3';
import { codeOf, messageOf } from '../core/errors.ts';
import type { Finding } from './find-damage.ts';
import { isDamaged, isLocked } from './storage-error.ts';

function check(path: string): string | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  // SQLite takes it for a new database, and deletes the log beside it.
  if (size === 0) return 'The file is empty.';
  const db = new open(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    const found = db.prepare<[], string>('PRAGMA quick_check(1)').pluck().get();
    return found === 'ok' ? undefined : (found ?? 'The check gave no answer.');
  } finally {
    db.close();
  }
}

function find(path: string): Finding {
  try {
    return { damage: check(path) };
  } catch (thrown) {
    if (isDamaged(thrown)) return { damage: messageOf(thrown) };
    if (isLocked(thrown)) return { damage: undefined };
    return { failure: { message: messageOf(thrown), code: codeOf(thrown) } };
  }
}

parentPort?.postMessage(find((workerData as { path: string }).path));
