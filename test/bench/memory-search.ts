import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sized } from './counts.ts';
import { inFolder } from './folder.ts';
import { memoryCommand } from './memory-command.ts';
import type { Question } from './memory-corpus.ts';
import { CATEGORIES, contents, query, questions, random, writeCorpus } from './memory-corpus.ts';
import { openPlainIndex } from './plain-index.ts';
import type { Limit, Row } from './row.ts';
import { figureRow, ratioRow } from './row.ts';
import { serverMemory } from './servers.ts';
import { inRounds, median, percentile, timesOf } from './statistics.ts';
import { StdioClient } from './stdio-client.ts';

/** Milliseconds through MCP at each size. */
const SEARCH_P95: Readonly<Record<number, number>> = { 10000: 6, 100000: 15, 1000000: 100 };
/** Of plain FTS5, which took over two seconds of a million. */
const BESIDE_PLAIN: Readonly<Record<number, Limit>> = { 1000000: { ours: 100, peer: 2_000 } };
/** Of server-memory, which took up to 30 ms for its answers of 730 KB. */
const BESIDE_SERVER_MEMORY: Limit = { ours: 6, peer: 30 };
const IMPORT: Readonly<Record<number, Limit>> = { 100000: { atLeast: 8_000 }, 1000000: { atLeast: 8_000 } };
const STORE_P50: Readonly<Record<number, Limit>> = { 100000: 1 };
const STORE_BESIDE_SERVER_MEMORY: Limit = { ours: 1, peer: 34 };
const MAX_ANSWER = 40_000;
const ROUNDS = sized(5, 1);
const SEARCHES = sized(40, 10);
const STORES = sized(100, 10);
/** Before those that count: a server that has just started is not yet compiled. */
const STORES_BEFORE = sized(500, 10);
const STORES_IN_TURN = 10;
const LARGE_ANSWERS = 20;
/** More would take it minutes: it reads and writes its whole file at every call. */
const PEER_SIZE = 10_000;
const PEER = 'server-memory, as published';

interface Compared {
  /** As bars name it. */
  size: number;
  client: StdioClient;
  peer: StdioClient | undefined;
}

/** Import, search and store at one size, beside plain FTS5 over the same texts and, at 10 k, beside server-memory. */
export function measureSearch(size: number): Promise<Row[]> {
  const filled = sized(size, size / 100);
  return inFolder(async (folder) => {
    const imported = await importCorpus(folder, size, filled);
    const client = await StdioClient.start(folder);
    const plain = openPlainIndex(folder, filled);
    const peer = size === PEER_SIZE ? await fillServerMemory(folder, filled) : undefined;
    const compared = { size, client, peer };
    try {
      const search = await measureSearches(compared, (question) => plain.search(question));
      return [...search, ...(await measureStore(compared)), imported, ...(await largestAnswer(compared))];
    } finally {
      plain.close();
      await Promise.all([client.stop(), peer?.stop('SIGKILL')]);
    }
  });
}

async function importCorpus(folder: string, size: number, filled: number): Promise<Row> {
  const corpus = join(folder, 'corpus.jsonl');
  await writeCorpus(corpus, filled);
  const result = JSON.parse(memoryCommand(folder, 'import', corpus, '--json')) as { imported: number; seconds: number };
  if (result.imported !== filled) throw new Error(`imported ${result.imported} of ${filled}`);
  return figureRow({
    what: `import of ${short(size)} memories`,
    unit: '/s',
    ours: Math.round(filled / result.seconds),
    limit: IMPORT[size],
    against: '`breakwater memory import`, checked, masked and indexed',
  });
}

async function measureSearches({ size, client, peer }: Compared, plain: (question: Question) => unknown) {
  const timesOfAll = (ask: (question: Question) => unknown) => () => timesOf(questions(SEARCHES), ask);
  const { ours, fts, theirs } = await inRounds(
    {
      ours: timesOfAll((question) => client.call('search_memories', { ...question, limit: 5 })),
      fts: timesOfAll(plain),
      theirs: timesOfAll(({ query }) => peer?.call('search_nodes', { query: query.split(' ')[0] ?? '' })),
    },
    ROUNDS,
  );
  const p95 = (rounds: number[][]) => rounds.map((times) => percentile(times, 0.95));
  const what = `search with category filter, ${short(size)} memories, 3–6 words including common ones, p95 through MCP`;
  const all = ours.flat();
  const rows = [
    figureRow({
      what,
      unit: 'ms',
      ours: percentile(all, 0.95),
      limit: SEARCH_P95[size],
      against: `p50 ${median(all).toFixed(2)} ms`,
    }),
    ratioRow(
      { what, ours: p95(ours), peer: p95(fts) },
      'ms',
      BESIDE_PLAIN[size],
      'plain FTS5 in process, ORDER BY rank: no protocol',
    ),
  ];
  if (peer === undefined) return rows;
  const limited = `${PEER}: first word alone, as it finds no phrases`;
  return [...rows, ratioRow({ what, ours: p95(ours), peer: p95(theirs) }, 'ms', BESIDE_SERVER_MEMORY, limited)];
}

async function measureStore({ size, client, peer }: Compared): Promise<Row[]> {
  const next = random(13);
  const decisions = Array.from({ length: STORES_BEFORE + STORES }, (_, index) => ({
    name: `decision ${index}`,
    content: `${query(next)} ${query(next)} decision number ${index}`,
  }));
  const store = (content: string) => client.call('store_memory', { content, category: 'backend', tags: ['bench'] });
  const create = (name: string, content: string) =>
    peer?.call('create_entities', { entities: [{ name, entityType: 'decision', observations: [content] }] });
  const [ours, theirs]: [number[], number[]] = [[], []];
  // Some at a time: each of the peer's writes its whole file, and whatever comes next on the disk waits for that.
  for (let start = 0; start < decisions.length; start += STORES_IN_TURN) {
    const some = decisions.slice(start, start + STORES_IN_TURN);
    ours.push(...(await timesOf(some, ({ content }) => store(content))));
    if (peer !== undefined) theirs.push(...(await timesOf(some, ({ name, content }) => create(name, content))));
  }
  for (const times of [ours, theirs]) times.splice(0, STORES_BEFORE);
  const what = `store, one call, durable against process death, p50 through MCP at ${short(size)} memories`;
  const against = `p95 ${percentile(ours, 0.95).toFixed(2)} ms`;
  const row = figureRow({ what, unit: 'ms', ours: median(ours), limit: STORE_P50[size], against });
  if (peer === undefined) return [row];
  return [row, ratioRow({ what, ours, peer: theirs }, 'ms', STORE_BESIDE_SERVER_MEMORY, `${PEER}, call by call`)];
}

async function largestAnswer({ size, client, peer }: Compared): Promise<Row[]> {
  const asked = questions(LARGE_ANSWERS);
  let [ours, theirs] = [0, 0];
  for (const { query } of asked) {
    const { length } = await client.call('search_memories', { query, limit: 100, output_mode: 'full' });
    ours = Math.max(ours, length);
    const answer = await peer?.call('search_nodes', { query: query.split(' ')[0] ?? '' });
    theirs = Math.max(theirs, answer?.length ?? 0);
  }
  const against = `limit 100, whole texts${peer === undefined ? '' : `; ${PEER}`}`;
  const what = `answer size, any query, ${short(size)} memories`;
  const figures = { ours, peer: peer === undefined ? undefined : theirs };
  return [figureRow({ what, unit: 'characters', ...figures, limit: MAX_ANSWER, against })];
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

function short(size: number): string {
  return size < 1_000_000 ? `${size / 1_000} k` : `${size / 1_000_000} M`;
}
