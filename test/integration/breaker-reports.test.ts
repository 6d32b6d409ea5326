import { expect, it } from 'vitest';
import { ReportingBreakerStore } from '../../src/breaker-reports.ts';
import { silentLog } from '../../src/core/log.ts';
import { memoryMigrations } from '../../src/memory/memory-migrations.ts';
import { SqliteMemoryStore } from '../../src/memory/sqlite-memory-store.ts';
import type { BreakerRow } from '../../src/resilience/breaker-state.ts';
import { InProcessBreakerStore } from '../../src/resilience/in-process-breaker-store.ts';
import { databasePath, sqliteAt } from '../support/database.ts';

it('tells other agents when a breaker opens and closes, and counts what repeats', async () => {
  const clock = { time: 1000, now: () => clock.time };
  const memory = new SqliteMemoryStore(sqliteAt(databasePath(), memoryMigrations), clock);
  const store = new ReportingBreakerStore(new InProcessBreakerStore(clock), memory, 'shop', silentLog);
  const to = (state: BreakerRow['state']) => store.update('api.stripe.com/write', (row) => ({ ...row, state }));
  for (const state of ['open', 'half_open', 'open', 'half_open', 'closed', 'closed'] as const) await to(state);
  const told = async () => {
    const query = { text: 'stripe circuit breaker', workspace: 'shop', limit: 5, category: 'backend' };
    const { hits } = await memory.search(query);
    return hits.map(({ memory: found }) => [found.summary, found.agent, found.timesStored]).sort();
  };
  await expect.poll(told).toEqual([
    ['Circuit breaker of api.stripe.com/write is closed', 'breakwater', 1],
    ['Circuit breaker of api.stripe.com/write is open', 'breakwater', 2],
  ]);
});

it('does not fail with the memory', async () => {
  const clock = { time: 1000, now: () => clock.time };
  const sqlite = sqliteAt(databasePath(), memoryMigrations);
  await sqlite.close();
  const memory = new SqliteMemoryStore(sqlite, clock);
  const store = new ReportingBreakerStore(new InProcessBreakerStore(clock), memory, 'shop', silentLog);
  expect(await store.update('x/read', (row) => ({ ...row, state: 'open' }))).toMatchObject({ state: 'open' });
});
