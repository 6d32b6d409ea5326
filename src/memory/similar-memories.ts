import type { Sql } from '../storage/connection.ts';
import type { SimilarGroup } from './memory-archive.ts';
import { toPlainText } from './plain-text.ts';
import { hashAt, termCount } from './term-vector.ts';

interface Row {
  id: string;
  summary: string;
  agent: string;
  times_stored: number;
  terms: Buffer;
}

/** MinHash (Broder 1997): memories that share a band of minima are compared in full. */
const BANDS = 8;
const ROWS_PER_BAND = 3;
/** Larger buckets hold templates, not duplicates; their first members are compared. */
const MAX_BUCKET = 50;
const MAX_GROUPS = 200;

/** Groups of memories of a workspace whose sets of terms overlap (Jaccard) by at least `least`, most alike first. */
export function findSimilar(sql: Sql, workspace: string, least: number): SimilarGroup[] {
  const rows = sql.all<Row & Record<string, never>>(
    `SELECT id, summary, agent, times_stored, terms FROM memory
     WHERE workspace = ? AND superseded_by IS NULL ORDER BY seq`,
    [workspace],
  );
  const sets = rows.map(({ terms }) => termSet(terms));
  const groups = new Map<number, { similarity: number; members: number[] }>();
  const taken = new Set<number>();
  for (const bucket of bucketsOf(sets)) {
    for (const [first, second] of pairsOf(bucket)) {
      if (taken.has(second)) continue;
      const similarity = jaccard(sets[first], sets[second]);
      if (similarity < least) continue;
      const group = groups.get(first) ?? { similarity: 1, members: [first] };
      groups.set(first, { similarity: Math.min(group.similarity, similarity), members: [...group.members, second] });
      taken.add(second);
    }
  }
  const best = [...groups.values()].sort((a, b) => b.similarity - a.similarity).slice(0, MAX_GROUPS);
  return best.map(({ similarity, members }) => ({
    similarity,
    memories: members.flatMap((index) => describe(rows[index])),
  }));
}

function describe(row: Row | undefined): SimilarGroup['memories'] {
  if (row === undefined) return [];
  const { id, summary, agent, times_stored: timesStored } = row;
  return [{ id, summary: toPlainText(summary), agent: toPlainText(agent), timesStored }];
}

function termSet(terms: Buffer): ReadonlySet<number> {
  return new Set(Array.from({ length: termCount(terms) }, (_, position) => hashAt(terms, position)));
}

/** Indices of sets that share a band, in ascending order. */
function bucketsOf(sets: readonly ReadonlySet<number>[]): Iterable<number[]> {
  const buckets = new Map<string, number[]>();
  for (const [index, set] of sets.entries()) {
    if (set.size === 0) continue;
    const minima = minHashes(set);
    for (let band = 0; band < BANDS; band += 1) {
      const key = `${band}:${minima.slice(band * ROWS_PER_BAND, (band + 1) * ROWS_PER_BAND).join('.')}`;
      const bucket = buckets.get(key) ?? [];
      if (bucket.length < MAX_BUCKET) bucket.push(index);
      buckets.set(key, bucket);
    }
  }
  return [...buckets.values()].filter((bucket) => bucket.length > 1);
}

function minHashes(set: ReadonlySet<number>): number[] {
  const minima = new Array<number>(BANDS * ROWS_PER_BAND).fill(0xffffffff);
  for (const value of set) {
    for (let index = 0; index < minima.length; index += 1) {
      const hash = mix(value ^ Math.imul(index + 1, 0x9e3779b1));
      if (hash < (minima[index] ?? 0)) minima[index] = hash;
    }
  }
  return minima;
}

/** The finalizer of MurmurHash3 (public domain): every bit of the value decides over every bit of the hash. */
function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function* pairsOf(bucket: readonly number[]): Generator<[number, number]> {
  for (const [position, first] of bucket.entries()) {
    for (const second of bucket.slice(position + 1)) yield [first, second];
  }
}

function jaccard(a: ReadonlySet<number> = new Set(), b: ReadonlySet<number> = new Set()): number {
  let shared = 0;
  for (const value of a) if (b.has(value)) shared += 1;
  return shared / (a.size + b.size - shared);
}
