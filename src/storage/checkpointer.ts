import type { Worker } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { startThread } from './start-thread.ts';

/** When nobody else does it, SQLite does it inside a commit, so a thread that cannot start costs speed alone. In pages of 4 KB. */
export const BACKSTOP_PAGES = 16_000;
/** Copying less is not worth its two flushes. */
const WORTH_PAGES = 1_000;
const LOOK_EVERY_MS = 50;
const NEXT_TRY_MS = 60_000;

/** In pages: the length of the write-ahead log, and how much of it is in the database already. */
export interface LogState {
  log: number;
  checkpointed: number;
}

/**
 * Copies the write-ahead log of a busy database into its file, in a thread of its own: SQLite would do it inside a commit, where it holds
 * up everything that this process does for as long as the disk takes. The thread starts with the first log worth it.
 */
export class Checkpointer {
  readonly #path: string;
  #worker: Worker | undefined;
  #isBusy = false;
  #nextLookAt = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** There may be more to copy: the commit of `db` has ended. */
  committed(db: Database): void {
    const now = performance.now();
    if (this.#isBusy || now < this.#nextLookAt) return;
    this.#nextLookAt = now + LOOK_EVERY_MS;
    if (pagesToCopy(db) < WORTH_PAGES) return;
    this.#isBusy = true;
    this.#worker ??= this.#start();
    this.#worker.postMessage('checkpoint');
  }

  async close(): Promise<void> {
    this.#nextLookAt = Number.POSITIVE_INFINITY;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = startThread('checkpoint-worker', { path: this.#path });
    worker.on('message', () => {
      this.#isBusy = false;
    });
    worker.on('error', () => {
      this.#nextLookAt = performance.now() + NEXT_TRY_MS;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#isBusy = false;
    });
    return worker;
  }
}

function pagesToCopy(db: Database): number {
  try {
    const [state] = db.pragma('wal_checkpoint(NOOP)') as LogState[];
    return state === undefined ? 0 : state.log - state.checkpointed;
  } catch {
    // The commit has happened; what is wrong with the file, the next statement will say.
    return 0;
  }
}
