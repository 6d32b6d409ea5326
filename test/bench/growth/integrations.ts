import { systemClock } from '../../../src/core/clock.ts';
import { catalogue } from '../../../src/integrations/catalogue.ts';
import { Integrations } from '../../../src/integrations/integrations.ts';
import { integrationMigrations, SqliteIntegrationStore } from '../../../src/integrations/sqlite-integration-store.ts';
import { Sqlite } from '../../../src/storage/sqlite.ts';
import { sized } from '../counts.ts';
import type { Row } from '../row.ts';
import { databaseIn } from '../servers.ts';
import { inBatches, timeOf } from '../statistics.ts';
import type { Filled } from './growth.ts';
import { CONSTANT, measureGrowth } from './growth.ts';

const SIZES = [1, 10, 100, sized(1_000, 200)];
const SAMPLES = 21;
/** With fewer, what a list costs at all hides what each integration adds. */
const MANY = 10;

async function fill(folder: string, size: number): Promise<Filled<'get' | 'listed'>> {
  const sqlite = new Sqlite({ path: databaseIn(folder), migrations: integrationMigrations });
  const store = new SqliteIntegrationStore(sqlite, systemClock);
  const secrets = { get: () => undefined };
  const integrations = new Integrations({ store, catalogue, secrets, allowLive: false });
  const config = { service: 'stripe', mode: 'test', settings: {}, resilience: {}, secretEnvs: {} } as const;
  await inBatches(size, (index) => store.save('bench', `shop-${index}`, { ...config, webhookSecretEnvs: [] }));
  // The first look after a change reads the row; what grows, if anything, is what is kept of it.
  for (let index = 0; index < size; index += 1) await integrations.get('bench', `shop-${index}`);
  let turn = 0;
  return {
    measure: async () => ({
      get: (await timeOf(() => integrations.get('bench', `shop-${turn++ % size}`), SAMPLES)) * 1_000,
      listed: ((await timeOf(() => integrations.list('bench'), SAMPLES)) * 1_000) / size,
    }),
    close: () => sqlite.close(),
  };
}

export function measureIntegrationGrowth(): Promise<Row[]> {
  return measureGrowth({
    title: 'Integrations: look up one, list all',
    of: 'integrations',
    unit: 'µs',
    sizes: SIZES,
    fill,
    names: { get: 'look up one', listed: 'list all, per integration' },
    judged: [
      { what: 'look up one integration', series: 'get', limit: Math.log2 },
      { what: 'list all, per listed integration', series: 'listed', from: MANY, limit: () => CONSTANT },
    ],
  });
}
