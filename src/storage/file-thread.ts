import type { Gap } from './restoration.ts';
import { startThread } from './start-thread.ts';

/** What takes seconds for some hundred megabytes, and would hold up every call meanwhile. */
export type FileTask =
  | { kind: 'check'; path: string }
  | { kind: 'copy'; from: string; to: string; lost?: Gap | undefined };

/** What the thread says at its end; SQLite's code tells one failure from another. */
export type FileResult = { found: string | undefined } | { failure: { message: string; code: string | undefined } };

/** The first thing wrong with a database file, all pages read; undefined for a sound one, for none, and for one that is locked. */
export function findDamage(path: string): Promise<string | undefined> {
  return inThread({ kind: 'check', path });
}

/**
 * Copies a database, which others may write meanwhile, as it is at one moment, to a file that is complete in itself and readable by its
 * owner only. What lies at `to` is removed first; nothing is left there on failure.
 * @param lost written into the copy, as what is missing in it
 */
export async function copyDatabase(from: string, to: string, lost?: Gap): Promise<void> {
  await inThread({ kind: 'copy', from, to, lost });
}

function inThread(task: FileTask): Promise<string | undefined> {
  const worker = startThread('file-worker', task);
  return new Promise((resolve, reject) => {
    worker.once('message', (result: FileResult) => {
      if ('found' in result) return resolve(result.found);
      const { message, code } = result.failure;
      reject(Object.assign(new Error(message), { code }));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The work on the database file ended without a result.')));
  });
}
