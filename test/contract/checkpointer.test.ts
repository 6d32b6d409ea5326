import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import type { LogState } from '../../src/storage/checkpointer.ts';
import type { Connection } from '../../src/storage/connection.ts';
import { databasePath, sqliteAt } from '../support/database.ts';
import { noteMigrations } from '../support/note-migrations.ts';

/** Notes of 10 KB: some six pages each, in the table and in its index. */
async function addNotes(connection: Connection, count: number): Promise<void> {
  const texts = Array.from({ length: count }, () => randomUUID().padEnd(10_000));
  await Promise.all(
    texts.map((text) => connection.write((sql) => sql.run('INSERT INTO note (text) VALUES (?)', [text]))),
  );
}

function logState(path: string): LogState {
  const db = new Database(path, { timeout: 0 });
  const [state] = db.pragma('wal_checkpoint(NOOP)') as LogState[];
  db.close();
  return state ?? { log: 0, checkpointed: 0 };
}

describe('the write-ahead log of a busy database', () => {
  it('is copied into the file while nothing waits for it, and removed at the end', async () => {
    const path = databasePath();
    const sqlite = sqliteAt(path, noteMigrations);
    const ledger = await sqlite.ledger();
    await vi.waitUntil(
      async () => {
        await addNotes(ledger, 100);
        return logState(path).checkpointed >= 1_000;
      },
      { timeout: 20_000 },
    );
    expect(statSync(path).size).toBeGreaterThan(1_000 * 4_096);
    await sqlite.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  it('begins anew although writers never pause', async () => {
    const path = databasePath();
    const ledger = await sqliteAt(path, noteMigrations).ledger();
    let longest = 0;
    await vi.waitUntil(
      async () => {
        await addNotes(ledger, 50);
        const { log } = logState(path);
        const hasRestarted = log < longest;
        longest = Math.max(longest, log);
        return hasRestarted;
      },
      { timeout: 20_000, interval: 1 },
    );
    expect(longest).toBeLessThan(40_000);
  });

  it('loses nothing', async () => {
    const path = databasePath();
    const sqlite = sqliteAt(path, noteMigrations);
    const ledger = await sqlite.ledger();
    for (let round = 0; round < 30; round += 1) await addNotes(ledger, 100);
    await sqlite.close();
    const db = new Database(path, { readonly: true });
    expect(db.prepare('SELECT count(*) AS notes FROM note').get()).toEqual({ notes: 3_000 });
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});
