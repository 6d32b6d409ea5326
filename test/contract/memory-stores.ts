import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryMigrations } from '../../src/memory/memory-migrations.ts';
import { SqliteMemoryStore } from '../../src/memory/sqlite-memory-store.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import type { MemoryStores } from './memory-bench.ts';

/** Two adapters with their own connections on one new file. */
export async function openSqliteMemoryStores(
  startMs: number,
  maskKnown?: (text: string) => string,
): Promise<MemoryStores & { folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-memory-'));
  const clock = { time: startMs, now: () => clock.time };
  const [first, second] = [0, 1].map(
    () => new Sqlite({ path: join(folder, 'test.db'), migrations: memoryMigrations, clock }),
  );
  if (first === undefined || second === undefined) throw new Error('unreachable');
  return {
    first: new SqliteMemoryStore(first, clock, { maskKnown }),
    second: new SqliteMemoryStore(second, clock),
    clock,
    folder,
    async close() {
      await Promise.all([first.close(), second.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
