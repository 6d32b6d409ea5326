import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ArchiveRecord } from '../../../src/memory/memory-archive.ts';
import { memoryMigrations } from '../../../src/memory/memory-migrations.ts';
import { parseLine } from '../../../src/memory/read-archive.ts';
import { SqliteMemoryArchive } from '../../../src/memory/sqlite-memory-archive.ts';
import { SqliteMemoryStore } from '../../../src/memory/sqlite-memory-store.ts';
import { Sqlite } from '../../../src/storage/sqlite.ts';
import { query, questions, random, writeCorpus } from '../memory-corpus.ts';
import { openPlainIndex } from '../plain-index.ts';
import type { Row } from '../row.ts';
import { databaseIn } from '../servers.ts';
import { percentile, timeOf, timesOf } from '../statistics.ts';
import type { Filled } from './growth.ts';
import { CONSTANT, measureGrowth } from './growth.ts';

const QUESTIONS = 40;
const STORES = 51;
/** A plain search of a million takes seconds. */
const ROUNDS = 3;
/** Memories that are imported in one transaction. */
const BATCH = 500;

/** As the bars of search grow, from 6 ms at 10 k to 100 ms at 1 M: for ten times as many about four times the time. */
function subLinear(factor: number): number {
  return factor ** (Math.log(100 / 6) / Math.log(100));
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
    if (records.length >= BATCH) await flush();
  }
  await flush();
}

type Series = 'p95' | 'p50' | 'plain95' | 'plain50' | 'store';

async function fill(folder: string, size: number): Promise<Filled<Series>> {
  const sqlite = new Sqlite({ path: databaseIn(folder), migrations: memoryMigrations });
  await importCorpus(sqlite, folder, size);
  const memory = new SqliteMemoryStore(sqlite);
  const plain = openPlainIndex(folder, size);
  const next = random(19);
  const origin = { workspace: 'bench', agent: 'bench', sessionId: undefined };
  const memoryOf = (content: string) => ({
    content,
    contextType: 'decision' as const,
    tags: [],
    importance: 5,
    isGlobal: false,
  });
  let stored = 0;
  const store = () => memory.store(memoryOf(`${query(next)} number ${stored++}`), origin);
  const asked = questions(QUESTIONS);
  return {
    async measure() {
      const search = (text: string, category: string) =>
        memory.search({ text, category, workspace: 'bench', limit: 5 });
      const ours = await timesOf(asked, ({ query: text, category }) => search(text, category));
      const theirs = await timesOf(asked, (question) => plain.search(question));
      return {
        p50: percentile(ours, 0.5),
        p95: percentile(ours, 0.95),
        plain50: percentile(theirs, 0.5),
        plain95: percentile(theirs, 0.95),
        store: await timeOf(store, STORES),
      };
    },
    async close() {
      plain.close();
      await sqlite.close();
    },
  };
}

/** The store alone, without the protocol. @param sizes ascending */
export function measureMemoryGrowth(sizes: readonly number[]): Promise<Row[]> {
  return measureGrowth<Series>({
    title: 'Memories: search and append',
    of: 'memories',
    unit: 'ms',
    sizes,
    fill,
    rounds: ROUNDS,
    names: {
      p95: 'search, p95',
      p50: 'search, p50',
      plain95: 'plain FTS5 by rank, p95',
      plain50: 'plain FTS5 by rank, p50',
      store: 'append (store), p50',
    },
    judged: [
      { what: 'search, p50', series: 'p50', limit: subLinear },
      { what: 'search, p95', series: 'p95', limit: subLinear },
      { what: 'plain FTS5 by rank, p95', series: 'plain95', limit: () => undefined },
      { what: 'append (store), p50', series: 'store', limit: () => CONSTANT },
    ],
  });
}
