import { renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Connection } from '../../src/storage/connection.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { databasePath } from '../support/database.ts';
import { PATIENCE_MS, runs } from '../support/full-counts.ts';
import { noteMigrations } from '../support/note-migrations.ts';
import { add, notes } from '../support/notes.ts';

const FAULTS = ['nothing', 'delete', 'replace', 'index', 'second', 'reopen'] as const;

const step = fc.record({
  /** How many writes are under way when the fault comes: by one process, by the other. */
  writes: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 60 })),
  fault: fc.constantFrom(...FAULTS),
});

/** Two processes on one file, what happens to it, and what must be in it. */
class World {
  readonly #path: string;
  readonly #processes: [Sqlite, Sqlite];
  #expected: string[] = [];
  #count = 0;
  #passed = 0;

  constructor() {
    this.#path = databasePath();
    this.#processes = [this.#start(), this.#start()];
    const real = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => real() + this.#passed);
  }

  async run({ writes, fault }: { writes: readonly [number, number]; fault: (typeof FAULTS)[number] }): Promise<void> {
    const held = await Promise.all(this.#processes.flatMap((sqlite) => [sqlite.hot(), sqlite.ledger()]));
    const underWay = writes.flatMap((count, which) =>
      Array.from({ length: count }, (_, index) => this.#write(held[which * 2 + (index % 2)])),
    );
    await this.#suffer(fault);
    this.#expected.push(...(await Promise.all(underWay)));
    this.#passed += 1_001;
    for (const sqlite of this.#processes) expect(notes(await sqlite.hot())).toEqual(this.#expected.sort());
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((sqlite) => sqlite.close()));
    vi.restoreAllMocks();
  }

  async #write(connection: Connection | undefined): Promise<string> {
    this.#count += 1;
    const text = `${this.#count}`;
    if (connection !== undefined) await add(connection, text);
    return text;
  }

  async #suffer(fault: (typeof FAULTS)[number]): Promise<void> {
    if (fault === 'second') this.#passed += 1_001;
    if (fault === 'reopen') {
      const [former] = this.#processes.splice(0, 1, this.#start());
      await former?.close();
    }
    if (fault === 'index') {
      const other = new Database(this.#path);
      other.exec(`CREATE INDEX by_length_${this.#count}_${this.#passed} ON note (length(text))`);
      other.close();
    }
    if (fault === 'delete' || fault === 'replace') {
      for (const part of ['', '-wal', '-shm']) rmSync(this.#path + part, { force: true });
      this.#expected = [];
    }
    if (fault === 'replace') this.#replace();
  }

  #replace(): void {
    const db = new Database(`${this.#path}-other`);
    db.exec('CREATE TABLE schema_migration (id TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) WITHOUT ROWID, STRICT');
    db.exec(noteMigrations[0]?.sql ?? '');
    db.exec("INSERT INTO schema_migration VALUES ('note-001', 1); INSERT INTO note VALUES ('of another file')");
    db.close();
    renameSync(`${this.#path}-other`, this.#path);
    this.#expected = ['of another file'];
  }

  #start(): Sqlite {
    const sqlite = new Sqlite({ path: this.#path, migrations: noteMigrations });
    onTestFinished(() => sqlite.close());
    return sqlite;
  }
}

describe.skipIf(process.platform === 'win32')('whatever happens to the file', () => {
  it('keeps all that was acknowledged since, in the file at the path', { timeout: PATIENCE_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const world = new World();
        for (const each of steps) await world.run(each);
        await world.close();
      }),
      { numRuns: runs(1_000, 25) },
    );
  });
});
