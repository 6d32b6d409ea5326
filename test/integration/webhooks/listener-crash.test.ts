import { expect, it, onTestFinished } from 'vitest';
import { eventMigrations } from '../../../src/webhooks/event-row.ts';
import { listenerMigrations } from '../../../src/webhooks/listener/sqlite-listener-registry.ts';
import { SqliteEventLog } from '../../../src/webhooks/sqlite-event-log.ts';
import { startScript } from '../../support/child-script.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';
import { Sender } from '../../support/deliver.ts';
import { effectMigrations } from '../../support/effect-migrations.ts';
import { PATIENCE_MS, runs } from '../../support/full-counts.ts';
import { SHOP, signed, stripeEvent } from './listener-setup.ts';

const EVENTS = runs(1_000, 100);
const COPIES = runs(50, 5);
const PARALLEL = 16;

/** Fisher and Yates. */
function shuffle<T>(items: T[]): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    const [a, b] = [items[last] as T, items[other] as T];
    [items[last], items[other]] = [b, a];
  }
  return items;
}

it(`applies each of ${EVENTS} events once, from ${COPIES} shuffled deliveries each and a kill -9 in the middle`, {
  timeout: PATIENCE_MS,
}, async () => {
  const path = databasePath();
  const owner = startScript('listener-process.ts', path, '0', 'start');
  await owner.printed(1);
  const port = Number(owner.lines[0]);
  const heir = startScript('listener-process.ts', path, '0', 'follow');
  await heir.printed(1);
  const sender = new Sender(PARALLEL);
  onTestFinished(() => sender.close());

  const deliveries = shuffle(
    Array.from({ length: EVENTS * COPIES }, (_, index) => stripeEvent(`evt_${index % EVENTS}`)),
  );
  const half = Math.floor(deliveries.length / 2);
  let left = deliveries.length;
  let taken = 0;
  const deliverAll = async () => {
    for (;;) {
      const body = deliveries.pop();
      if (body === undefined) return;
      left -= 1;
      if (left === half) owner.process.kill('SIGKILL');
      // As providers do: until it is taken.
      while ((await sender.post(port, '/stripe', body, signed(body)).catch(() => 0)) !== 200) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      taken += 1;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, deliverAll));
  expect(await owner.ended).toBe('SIGKILL');
  expect(taken).toBe(EVENTS * COPIES);

  const sqlite = sqliteAt(path, [...eventMigrations, ...listenerMigrations, ...effectMigrations]);
  const events = new SqliteEventLog(sqlite, { get: () => undefined });
  const statuses = async () => [
    ...new Set((await events.list(SHOP, { limit: EVENTS + 1 })).map(({ status }) => status)),
  ];
  await expect.poll(statuses).toEqual(['processed']);
  const stored = await events.list(SHOP, { limit: EVENTS + 1 });
  expect(new Set(stored.map(({ eventId }) => eventId)).size).toBe(EVENTS);
  expect(stored).toHaveLength(EVENTS);
  const duplicates = stored.reduce((sum, event) => sum + event.duplicates, 0);
  // A delivery that was stored and not acknowledged came again.
  expect(duplicates).toBeGreaterThanOrEqual(EVENTS * (COPIES - 1));
  expect(duplicates).toBeLessThanOrEqual(EVENTS * (COPIES - 1) + PARALLEL);
  const applied = (await sqlite.ledger()).read((sql) =>
    sql.all<{ event: string; count: number }>('SELECT event, count(*) AS count FROM effect GROUP BY event'),
  );
  expect(applied).toHaveLength(EVENTS);
  expect(applied.filter(({ count }) => count !== 1)).toEqual([]);
});
