import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Starts a thread that keeps no process alive, from the file of that name beside this one: the source in tests, what was built of it
 * otherwise (scripts/build.mjs gives each its own file).
 */
export function startThread(name: 'checkpoint-worker' | 'file-worker', workerData: unknown): Worker {
  const worker = new Worker(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url), { workerData });
  worker.unref();
  return worker;
}
