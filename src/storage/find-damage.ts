import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** What the thread answers. */
export type Finding = { damage: string | undefined } | { failure: { message: string; code: string | undefined } };

/**
 * The first thing wrong with a database file; undefined for a sound one, for none, and for one that is locked. Every page is read, in a
 * thread: a table of some hundred megabytes takes seconds.
 */
export function findDamage(path: string): Promise<string | undefined> {
  const file = new URL(`./damage-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { path } });
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once('message', (finding: Finding) => {
      if ('damage' in finding) return resolve(finding.damage);
      const { message, code } = finding.failure;
      reject(Object.assign(new Error(message), { code }));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The check of the database ended without an answer.')));
  });
}
