import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { inFolder } from './folder.ts';
import { memoryCommand } from './memory-command.ts';
import { CATEGORIES, contents, query, random, writeCorpus } from './memory-corpus.ts';
import type { Row } from './row.ts';
import { figureRow, ratioRow } from './row.ts';
import { serverMemory } from './servers.ts';
import { median, percentile } from './statistics.ts';
import { StdioClient } from './stdio-client.ts';

const SEARCH_LIMITS_MS: Readonly<Record<number, number>> = { 10000: 6, 100000: 15, 1000000: 100 };
const IMPORT_PER_S = { atLeast: 8_000 };
const STORE_LIMIT_MS = 1;
const MAX_ANSWER = 40_000;
const ROUNDS = 5;
const SEARCHES = 40;
const STORES = 100;
/** Words of the corpus as a search for one of them answers in server-memory: by substring, one after the other. */
const PEER_SIZE = 10_000;

const questions = () => {
  const next = random(11);
  return Array.from({ length: SEARCHES }, (_, index) => ({
    query: query(next),
    category: CATEGORIES[index % CATEGORIES.length] ?? '',
  }));
};

export async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The times of all questions, asked of each in turn in every round; the first round fills caches and does not count. */
async function timesOf<K extends string>(
  ask: Readonly<Record<K, (question: { query: string; category: string }) => unknown>>,
): Promise<Record<K, number[][]>> {
  const names = Object.keys(ask) as K[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, number[][]>;
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const name of names) {
      const times: number[] = [];
      for (const question of questions()) times.push(await timed(() => ask[name](question)));
      if (round > 0) results[name].push(times);
    }
  }
  return results;
}

/** Search, store and import at one size, beside plain FTS5 over the same texts and, at 10 k, beside server-memory. */
export function measureSearch(size: number): Promise<Row[]> {
  return inFolder(async (folder) => {
    const rows = [await importCorpus(folder, size)];
    const client = await StdioClient.start(folder);
    const plain = openPlainIndex(folder, size);
    const peer = size === PEER_SIZE ? await fillServerMemory(folder, size) : undefined;
    try {
      const { ours, fts } = await timesOf({
        ours: (question) => client.call('search_memories', { ...question, limit: 5 }),
        fts: (question) => plain.search(question),
      });
      const p95 = (rounds: number[][]) => rounds.map((times) => percentile(times, 0.95));
      const what = `search through MCP, ${size} memories, p95`;
      const all = ours.flat();
      rows.push(
        figureRow({
          what,
          unit: 'ms',
          ours: percentile(all, 0.95),
          limit: SEARCH_LIMITS_MS[size],
          against: `p50 ${median(all).toFixed(2)} ms; 3 to 6 words, common ones among them, one category`,
        }),
        ratioRow(
          { what, ours: p95(ours), peer: p95(fts) },
          'ms',
          undefined,
          'plain FTS5 in process, ORDER BY rank: no protocol',
        ),
      );
      if (peer !== undefined) {
        const beside = await timesOf({
          ours: (question) => client.call('search_memories', { ...question, limit: 5 }),
          memory: ({ query }) => peer.call('search_nodes', { query: query.split(' ')[0] ?? '' }),
        });
        const medians = (rounds: number[][]) => rounds.map(median);
        rows.push(
          ratioRow(
            { what: `search, ${size} memories, p50`, ours: medians(beside.ours), peer: medians(beside.memory) },
            'ms',
            undefined,
            'server-memory, first word alone: it finds no phrases',
          ),
        );
      }
      rows.push(...(await measureStore(client, peer, size)), await largestAnswer(client, size));
    } finally {
      plain.close();
      await Promise.all([client.stop(), peer?.stop('SIGKILL')]);
    }
    return rows;
  });
}

async function importCorpus(folder: string, size: number): Promise<Row> {
  const corpus = join(folder, 'corpus.jsonl');
  await writeCorpus(corpus, size);
  const result = JSON.parse(memoryCommand(folder, 'import', corpus, '--json')) as { imported: number; seconds: number };
  if (result.imported !== size) throw new Error(`imported ${result.imported} of ${size}`);
  return figureRow({
    what: `import of ${size} memories`,
    unit: '/s',
    ours: Math.round(size / result.seconds),
    limit: size < 100_000 ? undefined : IMPORT_PER_S,
    against: 'breakwater memory import',
  });
}

async function measureStore(client: StdioClient, peer: StdioClient | undefined, size: number): Promise<Row[]> {
  const next = random(13);
  let count = 0;
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let index = 0; index < STORES; index += 1) {
    count += 1;
    const content = `${query(next)} ${query(next)} decision number ${count}`;
    ours.push(await timed(() => client.call('store_memory', { content, category: 'backend', tags: ['bench'] })));
    if (peer === undefined) continue;
    const entities = [{ name: `decision ${count}`, entityType: 'decision', observations: [content] }];
    theirs.push(await timed(() => peer.call('create_entities', { entities })));
  }
  const what = `store through MCP at ${size} memories, p50`;
  const against = `p95 ${percentile(ours, 0.95).toFixed(2)} ms; survives kill -9`;
  const row = figureRow({ what, unit: 'ms', ours: median(ours), limit: STORE_LIMIT_MS, against });
  if (peer === undefined) return [row];
  return [row, ratioRow({ what, ours, peer: theirs }, 'ms', undefined, 'server-memory, call by call')];
}

async function largestAnswer(client: StdioClient, size: number): Promise<Row> {
  const lengths: number[] = [];
  for (const { query } of questions().slice(0, 20)) {
    lengths.push((await client.call('search_memories', { query, limit: 100, output_mode: 'full' })).length);
  }
  return figureRow({
    what: `largest answer, ${size} memories`,
    unit: 'characters',
    ours: Math.max(...lengths),
    limit: MAX_ANSWER,
    against: 'limit 100, whole texts',
  });
}

/** server-memory with the same texts. */
async function fillServerMemory(parent: string, size: number): Promise<StdioClient> {
  const folder = join(parent, 'server-memory');
  mkdirSync(folder);
  const peer = await StdioClient.start(folder, serverMemory());
  const entities = [...contents(size)].map((text, index) => ({
    name: `memory ${index}`,
    entityType: CATEGORIES[index % CATEGORIES.length],
    observations: [text],
  }));
  await peer.call('create_entities', { entities });
  return peer;
}

/** The texts in a plain FTS5 table, as most memory servers search: stemmed, words joined by OR, ordered by rank. */
export function openPlainIndex(folder: string, size: number) {
  const db = new Database(join(folder, 'plain.db'));
  db.pragma('journal_mode = WAL');
  db.exec(`
    CREATE TABLE doc (id INTEGER PRIMARY KEY, category TEXT NOT NULL, text TEXT NOT NULL);
    CREATE VIRTUAL TABLE f USING fts5 (text, content = 'doc', content_rowid = 'id', tokenize = 'porter unicode61');`);
  const add = db.prepare('INSERT INTO doc (category, text) VALUES (?, ?)');
  db.transaction(() => {
    let index = 0;
    for (const text of contents(size)) add.run(CATEGORIES[index++ % CATEGORIES.length], text);
    db.exec("INSERT INTO f (f) VALUES ('rebuild')");
  })();
  const find = db.prepare(
    'SELECT doc.id, doc.text FROM f JOIN doc ON doc.id = f.rowid WHERE f MATCH ? AND category = ? ORDER BY rank LIMIT 5',
  );
  return {
    search: (question: { query: string; category: string }) =>
      find.all(question.query.split(' ').join(' OR '), question.category),
    close: () => db.close(),
  };
}
