import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import { AppError } from '../core/errors.ts';
import type { Handle, Outcome } from './handle.ts';
import { whileLocked } from './retry.ts';

type Value = string | number | bigint | Buffer | null;
export type Row = Record<string, Value>;
type Parameters = readonly Value[] | Record<string, Value>;

/**
 * A parameter that something is compared with. Where such a statement also orders or groups, SQLite compiles it anew at each run, in case
 * the value suits another plan (https://sqlite.org/c3ref/prepare.html), and better-sqlite3 the function that builds its rows: up to
 * 100 µs. Behind a plus, which changes nothing else, it does not look.
 */
const COMPARED_PARAMETER = /(?<=(?:=|\bIS) )(?=[?:])/g;

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
      statement = this.db.prepare<[Parameters], Row>(sql.replace(COMPARED_PARAMETER, '+'));
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** What a connection asks of the one who opens the file. */
export interface FileKeeper {
  /** Resolves once a file is open, and its handle attached. Throws an `AppError`. */
  open(): Promise<unknown> | undefined;
  /** Inside each transaction: throws `FileChanged` when the file must not be written. */
  begun(handle: Handle): void;
  /** After each commit: throws `FileChanged` when it went into a file that is not the one at the path any more. */
  committed(handle: Handle): void;
  /** Turns what SQLite threw into an answer, and judges by it whether the open file is still of use. */
  explain(thrown: unknown): unknown;
}

interface Job {
  work: (sql: Sql) => unknown;
  resolve: (value: unknown) => void;
  reject: (thrown: unknown) => void;
  /** On the clock of `performance.now()`. */
  deadline: number;
}

interface Attached {
  handle: Handle;
  sql: Sql;
}

/** How old `dataVersion` may be: what another process writes is seen this many milliseconds later at most. */
const FRESH_MS = 0.5;
/** How long a write waits for other processes before it gives up, in milliseconds. */
const WRITE_DEADLINE_MS = 10_000;
/** Jobs that share one commit: enough to amortise the disk flush, few enough to keep the event loop free. */
const MAX_GROUP = 50;

/**
 * One connection to the database, for as long as the process lives: the file behind it may be closed and opened anew at any time, except
 * inside a read or a transaction. Reads run at once (in WAL mode nobody blocks them); writes go through one queue, so that waiting for a
 * lock or a file never blocks the event loop, and jobs queued together share one commit.
 */
export class Connection {
  readonly #keeper: FileKeeper;
  readonly #queue: Job[] = [];
  #attached: Attached | undefined;
  #files = 0;
  #draining: Promise<void> | undefined;
  #version = 0;
  #versionAt = Number.NEGATIVE_INFINITY;

  constructor(keeper: FileKeeper) {
    this.#keeper = keeper;
  }

  /** From now on the connection uses this handle; undefined takes the last one away. */
  attach(handle: Handle | undefined): void {
    this.#attached = handle === undefined ? undefined : { handle, sql: new Sql(handle.db) };
    this.#files += 1;
    this.#versionAt = Number.NEGATIVE_INFINITY;
  }

  /** Runs a function that only reads. */
  read<T>(work: (sql: Sql) => T): T {
    try {
      return work(this.#use().sql);
    } catch (thrown) {
      throw this.#keeper.explain(thrown);
    }
  }

  /** Changes soon after another connection has committed, or the file is another; what this connection wrote itself does not count. */
  dataVersion(): number {
    const now = performance.now();
    if (now - this.#versionAt >= FRESH_MS) {
      this.#version = this.#files * 2 ** 32 + this.read(() => this.#use().handle.dataVersion());
      this.#versionAt = now;
    }
    return this.#version;
  }

  /**
   * Runs `work` inside `BEGIN IMMEDIATE` … `COMMIT`. It must be synchronous and free of other effects: it may run again when the
   * transaction that it shared was rolled back, or went into a file that was replaced meanwhile. What it throws rolls back its own
   * changes only.
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

  #use(): Attached {
    if (this.#attached !== undefined) return this.#attached;
    throw new AppError('unavailable', 'The database is being opened anew.', { hint: 'Call again.' });
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

  async #commitGroup(jobs: readonly Job[]): Promise<void> {
    try {
      const deadline = Math.max(...jobs.map((job) => job.deadline));
      const outcomes = await whileLocked(() => this.#transact(jobs), deadline);
      for (const [index, job] of jobs.entries()) this.#report(job, outcomes[index]);
    } catch (thrown) {
      const reason = this.#keeper.explain(thrown);
      // One job of the group took the whole transaction down (a full disk does that): each gets its own. Without a file there is none.
      const isForAll = jobs.length === 1 || thrown instanceof AppError;
      for (const job of jobs) await (isForAll ? job.reject(reason) : this.#commitGroup([job]));
    }
  }

  async #transact(jobs: readonly Job[]): Promise<Outcome[]> {
    await this.#keeper.open();
    const { handle, sql } = this.#use();
    const parts = jobs.map((job) => () => job.work(sql));
    const outcomes = handle.transact(parts, () => this.#keeper.begun(handle));
    this.#keeper.committed(handle);
    return outcomes;
  }

  #report(job: Job, outcome: Outcome | undefined): void {
    if (outcome !== undefined && 'value' in outcome) job.resolve(outcome.value);
    else job.reject(this.#keeper.explain(outcome?.thrown));
  }
}

/** A row that must be there because the same transaction wrote it. */
export function present<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new AppError('internal', `${what} is missing right after it was written.`);
  return row;
}
