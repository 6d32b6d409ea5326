/** The thread of `Checkpointer`. It ends when nothing has been asked of it for a while. */
import { parentPort, workerData } from 'node:worker_threads';
import open from 'better-sqlite3';
import type { LogState } from './checkpointer.ts';

/** From here on writers are made to begin the log anew: as long as they go on writing, it only grows. */
const RESTART_PAGES = 8_000;
/** How long writers may be held up by a reader who still needs the log. */
const RESTART_PATIENCE_MS = 20;
const NEXT_RESTART_MS = 1_000;
const IDLE_MS = 10_000;

const { path } = workerData as { path: string };
const db = new open(path, { fileMustExist: true, timeout: RESTART_PATIENCE_MS });
db.pragma('wal_autocheckpoint = 0');
let restartedAt = 0;

function checkpoint(): void {
  const [state] = db.pragma('wal_checkpoint(PASSIVE)') as LogState[];
  if (state === undefined || state.log < RESTART_PAGES || performance.now() - restartedAt < NEXT_RESTART_MS) return;
  restartedAt = performance.now();
  db.pragma('wal_checkpoint(RESTART)');
}

const idle = setTimeout(() => {
  db.close();
  parentPort?.close();
}, IDLE_MS);

parentPort?.on('message', () => {
  try {
    checkpoint();
  } catch {
    // Locked, or something that the next statement of the server will tell its caller.
  }
  idle.refresh();
  parentPort?.postMessage('done');
});
