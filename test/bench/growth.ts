import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/core/clock.ts';
import { catalogue } from '../../src/integrations/catalogue.ts';
import { Integrations } from '../../src/integrations/integrations.ts';
import { integrationMigrations, SqliteIntegrationStore } from '../../src/integrations/sqlite-integration-store.ts';
import type { ArchiveRecord } from '../../src/memory/memory-archive.ts';
import { memoryMigrations } from '../../src/memory/memory-migrations.ts';
import { parseLine } from '../../src/memory/read-archive.ts';
import { SqliteMemoryArchive } from '../../src/memory/sqlite-memory-archive.ts';
import { SqliteMemoryStore } from '../../src/memory/sqlite-memory-store.ts';
import { force, newBreaker } from '../../src/resilience/breaker-state.ts';
import { breakerMigrations, SqliteBreakerStore } from '../../src/resilience/sqlite-breaker-store.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { eventMigrations } from '../../src/webhooks/event-row.ts';
import { SqliteEventLog } from '../../src/webhooks/sqlite-event-log.ts';
import { delivery } from '../support/deliveries.ts';
import { inFolder } from './folder.ts';
import { CATEGORIES, query, random, writeCorpus } from './memory-corpus.ts';
import { openPlainIndex, timed } from './memory-search.ts';
import type { Row } from './row.ts';
import { figureRow } from './row.ts';
import { databaseIn } from './servers.ts';
import { median } from './statistics.ts';

const SAMPLES = 101;
/** Writes that are in flight together while something is filled. */
const FILL = 500;
/** An append costs the same in a large table as in a small one, but for the depth of its indexes and the noise of the disk. */
const CONSTANT = 2;

type Point = [x: number, y: number];

async function medianOf(work: (index: number) => unknown): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) times.push(await timed(() => work(index)));
  return median(times);
}

interface Growth {
  title: string;
  x: string;
  series: { name: string; points: Point[] }[];
  /** How many times as long the first series may take at its end as at its beginning. */
  limit: number;
}

/** Judged by the first series: its last point to its first. */
function growthRow({ title, x, series, limit }: Growth): Row {
  const [own] = series;
  const [first, last] = [own?.points[0], own?.points.at(-1)];
  const [fromX, fromY] = first ?? [Number.NaN, Number.NaN];
  const [toX, toY] = last ?? [Number.NaN, Number.NaN];
  return figureRow({
    what: `${title}: ${toX} to ${fromX} ${x}`,
    unit: '×',
    ours: toY / fromY,
    limit,
    against: series
      .map(({ name, points }) => `${name} ${points.map(([, y]) => y.toFixed(3)).join(', ')} ms`)
      .join('; '),
    plot: { title, x, y: 'ms', series },
  });
}

async function importCorpus(sqlite: Sqlite, folder: string, size: number): Promise<void> {
  const archive = new SqliteMemoryArchive(sqlite);
  const path = join(folder, 'corpus.jsonl');
  await writeCorpus(path, size);
  const defaults = { workspace: 'bench', nowMs: Date.now() };
  let records: ArchiveRecord[] = [];
  const flush = async () => {
    await archive.import(records);
    records = [];
  };
  for await (const line of createInterface({ input: createReadStream(path) })) {
    records.push(...parseLine(line, defaults).flatMap((parsed) => ('record' in parsed ? [parsed.record] : [])));
    if (records.length >= FILL) await flush();
  }
  await flush();
}

/** In process: the store alone. @param sizes ascending */
export async function measureMemoryGrowth(sizes: readonly number[]): Promise<Row[]> {
  const [search, plain, store]: [Point[], Point[], Point[]] = [[], [], []];
  for (const size of sizes) {
    await inFolder(async (folder) => {
      const sqlite = new Sqlite({ path: databaseIn(folder), migrations: memoryMigrations });
      await importCorpus(sqlite, folder, size);
      const memory = new SqliteMemoryStore(sqlite);
      const index = openPlainIndex(folder, size);
      const next = random(19);
      const questions = Array.from({ length: SAMPLES }, (_, count) => ({
        query: query(next),
        category: CATEGORIES[count % CATEGORIES.length] ?? '',
      }));
      const ask = (count: number) => questions[count % SAMPLES] ?? { query: '', category: '' };
      const searchOurs = (count: number) => {
        const { query: text, category } = ask(count);
        return memory.search({ text, category, workspace: 'bench', limit: 5 });
      };
      // Once without counting: caches.
      await medianOf(searchOurs);
      search.push([size, await medianOf(searchOurs)]);
      plain.push([size, await medianOf((count) => index.search(ask(count)))]);
      const origin = { workspace: 'bench', agent: 'bench', sessionId: undefined };
      const memoryOf = (content: string) => ({
        content,
        contextType: 'decision' as const,
        tags: [],
        importance: 5,
        isGlobal: false,
      });
      store.push([size, await medianOf((count) => memory.store(memoryOf(`${query(next)} number ${count}`), origin))]);
      index.close();
      await sqlite.close();
    });
  }
  const factor = (sizes.at(-1) ?? 1) / (sizes[0] ?? 1);
  return [
    growthRow({
      title: 'Search',
      x: 'memories',
      // Sub-linear: as the square root at most.
      limit: Math.round(Math.sqrt(factor)),
      series: [
        { name: 'Breakwater', points: search },
        { name: 'plain FTS5, ORDER BY rank', points: plain },
      ],
    }),
    growthRow({ title: 'Store', x: 'memories', limit: CONSTANT, series: [{ name: 'Breakwater', points: store }] }),
  ];
}

/** @param sizes ascending */
export function measureEventGrowth(sizes: readonly number[]): Promise<Row[]> {
  return inFolder(async (folder) => {
    const sqlite = new Sqlite({ path: databaseIn(folder), migrations: eventMigrations });
    const log = new SqliteEventLog(sqlite, { get: () => undefined });
    let count = 0;
    const append = () => log.insert(delivery(`evt_${count++}`));
    const list = () => log.list('/projects/shop', { limit: 20 });
    const [appends, lists]: [Point[], Point[]] = [[], []];
    for (const size of sizes) {
      while (count < size) await Promise.all(Array.from({ length: Math.min(FILL, size - count) }, append));
      appends.push([size, await medianOf(append)]);
      lists.push([size, await medianOf(list)]);
    }
    await sqlite.close();
    const x = 'events';
    return [
      growthRow({ title: 'Append of an event', x, limit: CONSTANT, series: [{ name: 'insert', points: appends }] }),
      growthRow({ title: 'Newest 20 events', x, limit: CONSTANT, series: [{ name: 'list', points: lists }] }),
    ];
  });
}

export function measureBreakerGrowth(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const sqlite = new Sqlite({ path: databaseIn(folder), migrations: breakerMigrations });
    const store = new SqliteBreakerStore(sqlite, systemClock);
    const forced = { state: 'open', reason: 'bench', owner: 'bench', until: null } as const;
    let count = 0;
    const add = () => store.update(`host-${count++}`, (row) => force(row ?? newBreaker('k', 0), 0, forced));
    const [gets, updates]: [Point[], Point[]] = [[], []];
    for (const size of [1, 10, 100, 1_000, 10_000]) {
      while (count < size) await Promise.all(Array.from({ length: Math.min(FILL, size - count) }, add));
      const get = (index: number) => store.get(`host-${index % size}`);
      // Once without counting: what was read is kept until another process writes.
      await medianOf(get);
      gets.push([size, await medianOf(get)]);
      updates.push([size, await medianOf((index) => store.update(`host-${index % size}`, (row) => ({ ...row })))]);
    }
    await sqlite.close();
    const x = 'breakers';
    return [
      growthRow({ title: 'Look at one breaker', x, limit: CONSTANT, series: [{ name: 'get', points: gets }] }),
      growthRow({ title: 'Change one breaker', x, limit: CONSTANT, series: [{ name: 'update', points: updates }] }),
    ];
  });
}

export function measureIntegrationGrowth(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const sqlite = new Sqlite({ path: databaseIn(folder), migrations: integrationMigrations });
    const store = new SqliteIntegrationStore(sqlite, systemClock);
    const secrets = { get: () => undefined };
    const integrations = new Integrations({ store, catalogue, secrets, allowLive: false });
    const config = { service: 'stripe', mode: 'test', settings: {}, resilience: {}, secretEnvs: {} } as const;
    let count = 0;
    const add = () => store.save('bench', `shop-${count++}`, { ...config, webhookSecretEnvs: [] });
    const [gets, lists]: [Point[], Point[]] = [[], []];
    for (const size of [1, 10, 100, 1_000]) {
      while (count < size) await Promise.all(Array.from({ length: Math.min(FILL, size - count) }, add));
      gets.push([size, await medianOf((index) => integrations.get('bench', `shop-${index % size}`))]);
      lists.push([size, await medianOf(() => integrations.list('bench'))]);
    }
    await sqlite.close();
    const x = 'integrations';
    return [
      growthRow({ title: 'Look up one integration', x, limit: CONSTANT, series: [{ name: 'get', points: gets }] }),
      growthRow({
        title: 'List all integrations',
        x,
        // The answer itself grows as much.
        limit: 1_000,
        series: [{ name: 'list', points: lists }],
      }),
    ];
  });
}
