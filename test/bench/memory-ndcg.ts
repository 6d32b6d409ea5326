import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryMigrations } from '../../src/memory/memory-migrations.ts';
import { parseLine } from '../../src/memory/read-archive.ts';
import { SqliteMemoryArchive } from '../../src/memory/sqlite-memory-archive.ts';
import { SqliteMemoryStore } from '../../src/memory/sqlite-memory-store.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { openPlainDocuments } from './plain-index.ts';

export interface Relevance {
  collection: string;
  queries: number;
  /** nDCG@10 of the store, and of plain FTS5 over the same documents. */
  ours: number;
  plain: number;
}

type Document = { id: string; title?: string; text: string };

const readLines = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

/** nDCG@10 of every collection under a folder: `docs.jsonl`, `queries.jsonl`, `qrels.tsv` in each. */
export async function measureRelevance(folder: string, workFolder: string): Promise<Relevance[]> {
  const collections = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const results: Relevance[] = [];
  for (const { name } of collections) results.push(await measureCollection(join(folder, name), name, workFolder));
  return results;
}

async function measureCollection(folder: string, collection: string, workFolder: string): Promise<Relevance> {
  const sqlite = new Sqlite({ path: join(workFolder, `${collection}.db`), migrations: memoryMigrations });
  const archive = new SqliteMemoryArchive(sqlite);
  const store = new SqliteMemoryStore(sqlite);
  const defaults = { workspace: collection, nowMs: Date.UTC(2026, 0, 1) };
  // As an import, so that documents that say the same are kept apart.
  const records = readLines<Document>(join(folder, 'docs.jsonl')).flatMap(({ id, title = '', text }) => {
    const line = JSON.stringify({ id, content: `${title}\n${text}`.trim() || '-', summary: `document ${id}` });
    return parseLine(line, defaults).flatMap((parsed) => ('record' in parsed ? [{ id, record: parsed.record }] : []));
  });
  await archive.import(records.map(({ record }) => record));
  const idOf = new Map(records.map(({ id, record }) => ['memory' in record ? record.memory.id : '', id]));
  const grades = readGrades(join(folder, 'qrels.tsv'));
  const queries = readLines<{ id: string; text: string }>(join(folder, 'queries.jsonl')).filter(({ id }) =>
    grades.has(id),
  );
  const plain = openPlainDocuments(
    records.map(({ record, id }) => [id, 'memory' in record ? record.memory.content : '']),
  );
  let [ours, plainly] = [0, 0];
  for (const { id, text } of queries) {
    const { hits } = await store.search({ text, workspace: collection, limit: 10 });
    const ranked = hits.map(({ memory }) => idOf.get(memory.id) ?? '');
    const graded = grades.get(id) ?? new Map<string, number>();
    ours += ndcg(ranked, graded);
    plainly += ndcg(plain.search(text), graded);
  }
  plain.close();
  await sqlite.close();
  return { collection, queries: queries.length, ours: ours / queries.length, plain: plainly / queries.length };
}

function readGrades(path: string): Map<string, Map<string, number>> {
  const grades = new Map<string, Map<string, number>>();
  for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
    const [query = '', document = '', grade = '0'] = line.split('\t');
    if (!(Number(grade) > 0)) continue;
    const known = grades.get(query) ?? new Map<string, number>();
    grades.set(query, known.set(document, Number(grade)));
  }
  return grades;
}

/** Gain (2^grade - 1) / log2(rank + 1), ideal over all graded documents. */
function ndcg(ranked: readonly string[], grades: ReadonlyMap<string, number>): number {
  const gain = (grade: number, index: number) => (2 ** grade - 1) / Math.log2(index + 2);
  const found = ranked.reduce((sum, id, index) => sum + gain(grades.get(id) ?? 0, index), 0);
  const ideal = [...grades.values()].sort((a, b) => b - a).slice(0, 10);
  return found / ideal.reduce((sum, grade, index) => sum + gain(grade, index), 0);
}
