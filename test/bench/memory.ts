import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { CATEGORIES, contents, query, random, writeCorpus } from './memory-corpus.ts';
import { measureRelevance } from './memory-ndcg.ts';
import { breakwaterEnv, databaseIn } from './servers.ts';
import { StdioClient } from './stdio-client.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../bin/breakwater.mjs');
const NDCG_BARS: Readonly<Record<string, number>> = { cacm: 0.48, cranfield: 0.355, cosqa: 0.375 };
const SEARCH_BARS_MS: Readonly<Record<number, number>> = { 10000: 6, 100000: 15, 1000000: 100 };
const SEARCHES = 200;
const PROCESSES = 8;
const KILL_ROUNDS = 100;

type Row = [measure: string, ours: string, bar: string, beside: string];

/**
 * `npm run bench -- memory [folder of retrieval sets] [--million]`: search at 10 k and 100 k (and 1 M) memories through MCP, beside plain
 * FTS5 on the same texts in the same run; storing, importing, many processes, sudden death, answer sizes.
 */
export async function benchMemory(args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-bench-'));
  console.log('| measure | ours | bar | beside it |\n|---|---|---|---|');
  const print = (row: Row) => console.log(`| ${row.join(' | ')} |`);
  try {
    const collections = args.find((arg) => !arg.startsWith('-'));
    if (collections !== undefined) await benchRelevance(collections, folder, print);
    const sizes = [10_000, 100_000, ...(args.includes('--million') ? [1_000_000] : [])];
    for (const size of sizes) await benchSize(size, folder, print);
    await benchProcesses(folder, print);
    await benchKills(folder, print);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchRelevance(collections: string, folder: string, print: (row: Row) => void): Promise<void> {
  for (const { collection, queries, ndcg } of await measureRelevance(collections, folder)) {
    print([`nDCG@10 ${collection} (${queries} queries)`, ndcg.toFixed(3), `≥ ${NDCG_BARS[collection] ?? '-'}`, '']);
  }
}

async function benchSize(size: number, parent: string, print: (row: Row) => void): Promise<void> {
  const folder = join(parent, String(size));
  mkdirSync(folder);
  const corpus = join(folder, 'corpus.jsonl');
  await writeCorpus(corpus, size);
  const imported = JSON.parse(command(folder, 'import', corpus, '--json')) as { imported: number; seconds: number };
  if (imported.imported !== size) throw new Error(`imported ${imported.imported} of ${size}`);
  const rate = Math.round(size / imported.seconds);
  print([`import of ${size}`, `${rate}/s`, size === 100_000 ? '≥ 8000/s' : '', '']);

  const client = await StdioClient.start(folder);
  const next = random(11);
  const questions = Array.from({ length: SEARCHES }, (_, index) => ({
    query: query(next),
    category: CATEGORIES[index % CATEGORIES.length] ?? '',
  }));
  const plain = openPlainIndex(folder, size);
  const [ours, peer]: [number[], number[]] = [[], []];
  for (const [index, question] of questions.entries()) {
    const mine = await timed(() => client.call('search_memories', { ...question, limit: 5 }));
    const theirs = await timed(() => plain.search(question));
    // The first ones fill caches.
    if (index >= 10) ours.push(mine);
    if (index >= 10) peer.push(theirs);
  }
  const beside = `plain FTS5, in process: p50 ${at(peer, 0.5)}, p95 ${at(peer, 0.95)} ms`;
  const bar = `p95 ≤ ${SEARCH_BARS_MS[size] ?? '-'} ms`;
  print([`search through MCP, ${size} memories`, `p50 ${at(ours, 0.5)}, p95 ${at(ours, 0.95)} ms`, bar, beside]);
  plain.close();

  if (size === 100_000) await benchStore(client, print);
  const largest = await Promise.all(
    questions.slice(0, 20).map(async (question) => {
      const all = { query: question.query, limit: 100, output_mode: 'full' };
      return (await client.call('search_memories', all)).length;
    }),
  );
  print([`largest answer, ${size} memories`, `${Math.max(...largest)} characters`, '≤ 40000', '']);
  await client.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function benchStore(client: StdioClient, print: (row: Row) => void): Promise<void> {
  const times: number[] = [];
  const next = random(13);
  for (let index = 0; index < 500; index += 1) {
    const content = `${query(next)} ${query(next)} decision number ${index}`;
    times.push(await timed(() => client.call('store_memory', { content, category: 'backend', tags: ['bench'] })));
  }
  print(['store through MCP at 100000', `p50 ${at(times, 0.5)}, p95 ${at(times, 0.95)} ms`, 'p50 ≤ 1 ms', '']);
}

async function benchProcesses(parent: string, print: (row: Row) => void): Promise<void> {
  const folder = join(parent, 'processes');
  mkdirSync(folder);
  const clients = await Promise.all(Array.from({ length: PROCESSES }, () => StdioClient.start(folder)));
  let errors = 0;
  const startedAt = performance.now();
  const store = async (client: StdioClient, process: number) => {
    for (let index = 0; index < 1000; index += 1) {
      const content = `process p${process}x note n${index}y`;
      await client.call('store_memory', { content }).catch(() => {
        errors += 1;
      });
    }
  };
  await Promise.all(clients.map(store));
  const seconds = (performance.now() - startedAt) / 1000;
  const kept = countIn(folder);
  const ours = `${kept} kept, ${errors} errors, ${Math.round(kept / seconds)}/s`;
  print([`${PROCESSES} processes storing 1000 each`, ours, '8000 kept, 0 errors', '']);
  await Promise.all(clients.map((client) => client.stop()));
}

async function benchKills(parent: string, print: (row: Row) => void): Promise<void> {
  const folder = join(parent, 'kills');
  mkdirSync(folder);
  const acknowledged: string[] = [];
  const next = random(17);
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const client = await StdioClient.start(folder);
    const end = new Promise<void>((done) => client.child.once('close', () => done()));
    let alive = true;
    setTimeout(() => client.child.kill('SIGKILL'), 150 + next() * 150);
    void end.then(() => {
      alive = false;
    });
    for (let index = 0; alive; index += 1) {
      const content = `round r${round}x note n${index}y`;
      const answer = await Promise.race([client.call('store_memory', { content }), end]);
      if (answer !== undefined) acknowledged.push(String(answer.answer['memory_id']));
    }
  }
  const db = new Database(databaseIn(folder), { readonly: true });
  const kept = new Set(db.prepare<[], string>('SELECT id FROM memory').pluck().all());
  const check = db.pragma('integrity_check', { simple: true });
  db.close();
  const lost = acknowledged.filter((id) => !kept.has(id)).length;
  const ours = `${lost} of ${acknowledged.length} acknowledged lost, integrity_check ${check}`;
  print([`kill -9, ${KILL_ROUNDS} rounds`, ours, '0 lost, ok', '']);
}

/** The texts in a plain FTS5 table, as most memory servers search: stemmed, words joined by OR, ordered by rank. */
function openPlainIndex(folder: string, size: number) {
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
    search: async (question: { query: string; category: string }) =>
      find.all(question.query.split(' ').join(' OR '), question.category),
    close: () => db.close(),
  };
}

function command(folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, 'memory', ...args], {
    env: breakwaterEnv(folder),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function countIn(folder: string): number {
  const { workspaces } = JSON.parse(command(folder, 'stats', '--json')) as { workspaces: { memories: number }[] };
  return workspaces.reduce((sum, { memories }) => sum + memories, 0);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function at(times: readonly number[], share: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}
