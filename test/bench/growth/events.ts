import { Sqlite } from '../../../src/storage/sqlite.ts';
import { eventMigrations } from '../../../src/webhooks/event-row.ts';
import { SqliteEventLog } from '../../../src/webhooks/sqlite-event-log.ts';
import { delivery } from '../../support/deliveries.ts';
import type { Row } from '../row.ts';
import { databaseIn } from '../servers.ts';
import { inBatches, timeOf } from '../statistics.ts';
import type { Filled } from './growth.ts';
import { CONSTANT, measureGrowth } from './growth.ts';

const SAMPLES = 41;

async function fill(folder: string, size: number): Promise<Filled<'append' | 'newest'>> {
  const sqlite = new Sqlite({ path: databaseIn(folder), migrations: eventMigrations });
  const log = new SqliteEventLog(sqlite, { get: () => undefined });
  let count = 0;
  const append = () => log.insert(delivery(`evt_${count++}`));
  await inBatches(size, append);
  return {
    measure: async () => ({
      append: await timeOf(append, SAMPLES),
      newest: await timeOf(() => log.list('/projects/shop', { limit: 20 }), SAMPLES),
    }),
    close: () => sqlite.close(),
  };
}

/** @param sizes ascending */
export function measureEventGrowth(sizes: readonly number[]): Promise<Row[]> {
  return measureGrowth({
    title: 'Webhook events: append and list',
    of: 'events',
    unit: 'ms',
    sizes,
    fill,
    names: { append: 'append, durable', newest: 'newest 20' },
    judged: [
      { what: 'append of an event', series: 'append', limit: () => CONSTANT },
      { what: 'newest 20 events', series: 'newest', limit: () => CONSTANT },
    ],
  });
}
