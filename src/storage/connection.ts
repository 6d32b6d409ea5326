import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import { sleep } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { isDamaged, isLocked, toStorageError } from './storage-error.ts';

type Value = string | number | bigint | Buffer | null;
export type Row = Record<string, Value>;
type Parameters = readonly Value[] | Record<string, Value>;

/** Runs statements; each is prepared once and kept. */
export class Sql {
  readonly db: Database;
  readonly #statements = new Map<string, Statement<[Parameters], Row>>();

  constructor(db: Database) {
    this.db = db;
  }

  get<T = Row>(sql: string, parameters: Parameters = []): T | undefined {
    return this.#prepare(sql).get(parameters) as T | undefined;
  }

  all<T = Row>(sql: string, parameters: Parameters = []): T[] {
    return this.#prepare(sql).all(parameters) as T[];
  }

  /** Returns the number of rows changed. */
  run(sql: string, parameters: Parameters = []): number {
    return this.#prepare(sql).run(parameters).changes;
  }

  #prepare(sql: string): Statement<[Parameters], Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare<[Parameters], Row>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

export interface ConnectionWatch {
  /** Told whenever SQLite finds the file damaged. */
  onDamage(): void;
  /** Told after each commit. */
  onCommit(db: Database): void;
}

interface Job {
  work: (sql: Sql) => unknown;
  resolve: (value: unknown) => void;
  reject: (thrown: unknown) => void;
  /** On the clock of `performance.now()`. */
  deadline: number;
}

/** How long a write waits for other processes before it gives up, in milliseconds. */
const WRITE_DEADLINE_MS = 10_000;
/** Jobs that share one commit: enough to amortise the disk flush, few enough to keep the event loop free. */
const MAX_GROUP = 50;

/**
 * One SQLite connection. Reads run at once (in WAL mode nobody blocks them); writes go through one queue, so that waiting for a lock
 * never blocks the event loop, and jobs queued together share one commit.
 */
export class Connection {
  readonly #sql: Sql;
  readonly #path: string;
  readonly #watch: ConnectionWatch | undefined;
  readonly #queue: Job[] = [];
  readonly #dataVersion: Statement<[], number>;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #rollback: Statement<[]>;
  #draining: Promise<void> | undefined;

  constructor(db: Database, path: string, watch?: ConnectionWatch) {
    this.#sql = new Sql(db);
    this.#path = path;
    this.#watch = watch;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
  }

  /** Runs a function that only reads. */
  read<T>(work: (sql: Sql) => T): T {
    try {
      return work(this.#sql);
    } catch (thrown) {
      throw this.#explain(thrown);
    }
  }

  #explain(thrown: unknown): unknown {
    if (isDamaged(thrown)) this.#watch?.onDamage();
    return toStorageError(thrown, this.#path);
  }

  /** Changes whenever another connection has committed; what this connection wrote itself does not count. */
  dataVersion(): number {
    return this.read(() => this.#dataVersion.get()) ?? 0;
  }

  /**
   * Runs `work` inside `BEGIN IMMEDIATE` … `COMMIT`. It must be synchronous and free of other effects: it may run again when the
   * transaction that it shared was rolled back. What it throws rolls back its own changes only.
   */
  write<T>(work: (sql: Sql) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const deadline = performance.now() + WRITE_DEADLINE_MS;
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject, deadline });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when every write queued so far has ended. */
  async settled(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  async #drain(): Promise<void> {
    // Lets the writes of the same turn join one group: those of every socket that had something to read.
    await nextTurn();
    while (this.#queue.length > 0) {
      await this.#commitGroup(this.#queue.splice(0, MAX_GROUP));
      if (this.#queue.length > 0) await nextTurn();
    }
    this.#draining = undefined;
  }

  async #commitGroup(jobs: Job[]): Promise<void> {
    const settle = await this.#attempt(() => this.#runGroup(jobs), Math.max(...jobs.map((job) => job.deadline)));
    if (settle.ok) {
      for (const report of settle.value) report();
      this.#watch?.onCommit(this.#sql.db);
      return;
    }
    if (jobs.length === 1) return jobs[0]?.reject(this.#explain(settle.thrown));
    // One job of the group took the whole transaction down (a full disk does that): each gets its own.
    for (const job of jobs) await this.#commitGroup([job]);
  }

  /** One transaction for all jobs, a savepoint each. Returns what to report once the commit has happened. */
  #runGroup(jobs: readonly Job[]): (() => void)[] {
    const { db } = this.#sql;
    this.#begin.run();
    try {
      // Alone it needs no savepoint: what it throws takes down nobody else.
      const [only] = jobs;
      if (only !== undefined && jobs.length === 1) {
        const value = only.work(this.#sql);
        this.#commit.run();
        return [() => only.resolve(value)];
      }
      const reports = jobs.map((job) => this.#runJob(job));
      this.#commit.run();
      return reports;
    } catch (thrown) {
      if (db.inTransaction) this.#rollback.run();
      throw thrown;
    }
  }

  #runJob(job: Job): () => void {
    const { db } = this.#sql;
    db.exec('SAVEPOINT job');
    try {
      const value = job.work(this.#sql);
      db.exec('RELEASE job');
      return () => job.resolve(value);
    } catch (thrown) {
      // SQLite itself ends the transaction on some errors; then nothing of the group is left to keep.
      if (!db.inTransaction) throw thrown;
      db.exec('ROLLBACK TO job');
      db.exec('RELEASE job');
      return () => job.reject(this.#explain(thrown));
    }
  }

  /** Runs `work` again while another process holds the lock, with jittered pauses, until the deadline. */
  async #attempt<T>(work: () => T, deadline: number): Promise<{ ok: true; value: T } | { ok: false; thrown: unknown }> {
    for (let tries = 1; ; tries += 1) {
      try {
        return { ok: true, value: work() };
      } catch (thrown) {
        const locked = isLocked(thrown);
        if (!locked || performance.now() > deadline) return { ok: false, thrown };
        await sleep(1 + Math.random() * Math.min(8, 1 + tries));
      }
    }
  }
}

/** A row that must be there because the same transaction wrote it. */
export function present<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new AppError('internal', `${what} is missing right after it was written.`);
  return row;
}
