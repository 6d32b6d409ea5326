import { systemClock } from '../../../src/core/clock.ts';
import { force, newBreaker } from '../../../src/resilience/breaker-state.ts';
import { breakerMigrations, SqliteBreakerStore } from '../../../src/resilience/sqlite-breaker-store.ts';
import { Sqlite } from '../../../src/storage/sqlite.ts';
import { sized } from '../counts.ts';
import type { Row } from '../row.ts';
import { databaseIn } from '../servers.ts';
import { inBatches, timeOf } from '../statistics.ts';
import type { Filled } from './growth.ts';
import { CONSTANT, measureGrowth } from './growth.ts';

const SIZES = [1, 10, 100, sized(1_000, 200), sized(10_000, 400)];
const SAMPLES = 41;
/** One look takes less than the clock can tell. */
const LOOKS = 200;

async function fill(folder: string, size: number): Promise<Filled<'look' | 'change'>> {
  const sqlite = new Sqlite({ path: databaseIn(folder), migrations: breakerMigrations });
  const store = new SqliteBreakerStore(sqlite, systemClock);
  const forced = { state: 'open', reason: 'bench', owner: 'bench', until: null } as const;
  await inBatches(size, (index) => store.update(`host-${index}`, (row) => force(row ?? newBreaker('k', 0), 0, forced)));
  const keys = Array.from({ length: size }, (_, index) => `host-${index}`);
  let turn = 0;
  const next = () => keys[turn++ % size] ?? '';
  const look = async () => {
    for (let index = 0; index < LOOKS; index += 1) await store.get(next());
  };
  return {
    measure: async () => ({
      look: ((await timeOf(look, SAMPLES)) * 1_000) / LOOKS,
      change: (await timeOf(() => store.update(next(), (row) => ({ ...row })), SAMPLES)) * 1_000,
    }),
    close: () => sqlite.close(),
  };
}

export function measureBreakerGrowth(): Promise<Row[]> {
  return measureGrowth({
    title: 'Circuit breakers: look at one, change one',
    of: 'breakers',
    unit: 'µs',
    sizes: SIZES,
    fill,
    names: { look: 'look at one', change: 'change one' },
    judged: [
      // In memory: what the processor keeps at hand makes a few times.
      { what: 'look at one breaker', series: 'look', limit: Math.log2 },
      { what: 'change one breaker', series: 'change', limit: () => CONSTANT },
    ],
  });
}
