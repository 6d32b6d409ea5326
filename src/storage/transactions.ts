import type { Statement } from 'better-sqlite3';
import type { Sql } from './connection.ts';

/** What is to be done inside a transaction, and who waits for it. */
export interface Work {
  work: (sql: Sql) => unknown;
  resolve: (value: unknown) => void;
  reject: (thrown: unknown) => void;
}

/** Several pieces of work in one commit, each with a savepoint of its own. */
export class Transactions {
  readonly #sql: Sql;
  readonly #explain: (thrown: unknown) => unknown;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #rollback: Statement<[]>;
  readonly #savepoint: Statement<[]>;
  readonly #release: Statement<[]>;
  readonly #undo: Statement<[]>;

  /** @param explain what a caller is told of a thrown error */
  constructor(sql: Sql, explain: (thrown: unknown) => unknown) {
    this.#sql = sql;
    this.#explain = explain;
    const { db } = sql;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#savepoint = db.prepare('SAVEPOINT job');
    this.#release = db.prepare('RELEASE job');
    this.#undo = db.prepare('ROLLBACK TO job');
  }

  /** Returns what to report once the commit has happened; throws when nothing of the group was kept. */
  run(group: readonly Work[]): (() => void)[] {
    const { db } = this.#sql;
    this.#begin.run();
    try {
      // Alone it needs no savepoint: what it throws takes down nobody else.
      const [only] = group;
      if (only !== undefined && group.length === 1) {
        const value = only.work(this.#sql);
        this.#commit.run();
        return [() => only.resolve(value)];
      }
      const reports = group.map((work) => this.#runOne(work));
      this.#commit.run();
      return reports;
    } catch (thrown) {
      if (db.inTransaction) this.#rollback.run();
      throw thrown;
    }
  }

  #runOne({ work, resolve, reject }: Work): () => void {
    const { db } = this.#sql;
    this.#savepoint.run();
    try {
      const value = work(this.#sql);
      this.#release.run();
      return () => resolve(value);
    } catch (thrown) {
      // SQLite itself ends the transaction on some errors; then nothing of the group is left to keep.
      if (!db.inTransaction) throw thrown;
      this.#undo.run();
      this.#release.run();
      return () => reject(this.#explain(thrown));
    }
  }
}
