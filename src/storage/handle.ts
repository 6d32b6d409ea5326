import type { Database, Statement } from 'better-sqlite3';
import { isDamaged } from './storage-error.ts';

/** What became of one part of a transaction that was committed. */
export type Outcome = { value: unknown } | { thrown: unknown };

/** One open database of SQLite and its transactions. */
export class Handle {
  readonly db: Database;
  readonly #schema: number;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #rollback: Statement<[]>;
  readonly #savepoint: Statement<[]>;
  readonly #release: Statement<[]>;
  readonly #undo: Statement<[]>;
  readonly #dataVersion: Statement<[], number>;
  readonly #schemaVersion: Statement<[], number>;

  /** `schema` is the value of `schemaVersion` that migrations were checked at. */
  constructor(db: Database, schema: number) {
    this.db = db;
    this.#schema = schema;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#savepoint = db.prepare('SAVEPOINT part');
    this.#release = db.prepare('RELEASE part');
    this.#undo = db.prepare('ROLLBACK TO part');
    this.#dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
    this.#schemaVersion = db.prepare<[], number>(SCHEMA_VERSION).pluck();
  }

  /** Below 2³². Changes whenever another connection has committed. */
  dataVersion(): number {
    return this.#dataVersion.get() ?? 0;
  }

  /** True once somebody has changed the schema, as a newer version does. */
  hasOtherSchema(): boolean {
    return this.#schemaVersion.get() !== this.#schema;
  }

  /**
   * Runs all parts between `BEGIN IMMEDIATE` and `COMMIT`: what one throws takes back its own changes only. For that all run again, a
   * savepoint each; without one they cost less, and few throw. Throws, with nothing changed, when `begun` does, when the only part does,
   * and for what takes down the transaction: a lock, a full disk, damage.
   */
  transact(parts: readonly (() => unknown)[], begun: () => void): Outcome[] {
    let hasThrown = false;
    const plainly = (part: () => unknown): Outcome => {
      try {
        return { value: part() };
      } catch (thrown) {
        hasThrown = parts.length > 1 && !isDamaged(thrown);
        throw thrown;
      }
    };
    try {
      return this.#commitAll(() => parts.map(plainly), begun);
    } catch (thrown) {
      if (!hasThrown) throw thrown;
      return this.#commitAll(() => parts.map((part) => this.#run(part)), begun);
    }
  }

  #commitAll(run: () => Outcome[], begun: () => void): Outcome[] {
    this.#begin.run();
    try {
      begun();
      const outcomes = run();
      this.#commit.run();
      return outcomes;
    } catch (thrown) {
      if (this.db.inTransaction) this.#rollback.run();
      throw thrown;
    }
  }

  #run(part: () => unknown): Outcome {
    this.#savepoint.run();
    try {
      const value = part();
      this.#release.run();
      return { value };
    } catch (thrown) {
      // SQLite itself ends the transaction on some errors; then nothing is left to keep. What is damaged must not be kept.
      if (!this.db.inTransaction || isDamaged(thrown)) throw thrown;
      this.#undo.run();
      this.#release.run();
      return { thrown };
    }
  }
}

const SCHEMA_VERSION = 'PRAGMA schema_version';

/** Changes with every change of the schema: https://sqlite.org/pragma.html#pragma_schema_version. */
export function schemaVersion(db: Database): number {
  return db.prepare<[], number>(SCHEMA_VERSION).pluck().get() ?? 0;
}
