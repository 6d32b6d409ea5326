import type { Row, Sql } from '../storage/connection.ts';
import { excerptOf } from './excerpt.ts';
import { ANY_FACETS, facetCondition } from './facets.ts';
import type { MemoryRow } from './memory-row.ts';
import { MEMORY_COLUMNS, parseTags, toMemory } from './memory-row.ts';
import type { SearchHit, SearchPage, SearchQuery } from './memory-store.ts';
import type { Placed } from './neighbours.ts';
import { addNeighbourScores } from './neighbours.ts';
import { SafePattern } from './pattern.ts';
import { collectionSize, documentFrequency, queryTerms, termConditions } from './query-terms.ts';
import type { Candidate, Ranked } from './ranking.ts';
import { fuseRanks, rankCandidates, toRanked } from './ranking.ts';
import type { SearchPosition } from './search-cursor.ts';
import { decodeCursor, encodeCursor } from './search-cursor.ts';
import type { SemanticQuery } from './vectors.ts';
import { nearestMemories } from './vectors.ts';

/** Candidates that the text index orders by BM25 and that are then ranked in full; also the most hits of one page. */
const WINDOW = 100;
/** Windows that one page looks at: only a regex makes it need more than two. */
const MAX_WINDOWS = 50;

/**
 * BM25 counts all memories that fulfil any phrase of a match. The scope is left out of it where this share of all memories lies in it:
 * the filter on rows then costs less.
 */
const DOMINANT_SHARE = 0.5;

/** Filters stand inside the query, before its limit, so that they never cost a result. */
const FILTER = `
  WHERE memory_fts MATCH :match AND (:scope IS NULL OR memory.workspace = :scope OR memory.is_global = 1) AND (memory.expires_at IS NULL OR memory.expires_at > :now)
    AND memory.stored_at BETWEEN :since AND :until AND memory.seq <= :snapshot`;
const COLUMNS = `memory.seq, memory.workspace, memory.session_id, memory.importance, memory.stored_at, memory.category, memory.tags,
  memory.terms`;
const CANDIDATES = `
  SELECT ${COLUMNS} FROM memory_fts CROSS JOIN memory ON memory.seq = memory_fts.rowid ${FILTER}`;
const BY_TEXT = `${CANDIDATES} ORDER BY memory_fts.rank LIMIT ${WINDOW} OFFSET :skip`;
const BY_TIME = `${CANDIDATES} ORDER BY memory_fts.rowid DESC LIMIT ${WINDOW} OFFSET :skip`;
const WITH_VECTORS = `
  FROM memory_fts CROSS JOIN memory ON memory.seq = memory_fts.rowid
  CROSS JOIN memory_vector ON memory_vector.seq = memory.seq AND memory_vector.version = memory.version
    AND memory_vector.model = :model ${FILTER}`;
/** Finds nothing: where only meaning finds something. */
const NO_MATCH = 'facets : zznone';

interface CandidateRow extends Placed {
  importance: number;
  stored_at: number;
  category: string | null;
  tags: string;
  terms: Buffer;
}

/** A query made ready: where candidates come from, how a window of them is ranked, and what an excerpt shows. */
interface Plan {
  /** The filters alone, as an FTS5 query. */
  facets: string;
  /** True where the query has no words. */
  isListing: boolean;
  /** FTS5 queries, searched one after the other; no memory fulfils two. */
  matches: readonly string[];
  statement: string;
  rank(rows: readonly CandidateRow[]): Ranked[];
  words: ReadonlySet<string>;
}

interface Entry {
  row: MemoryRow;
  similarity: number;
  /** Where a search continues after this entry. */
  next: SearchPosition;
}

/** Runs a search on the state of this moment; `semantic` also finds what means the same in other words. */
export function searchMemories(sql: Sql, query: SearchQuery, now: number, semantic?: SemanticQuery): SearchPage {
  const pattern = query.regex === undefined ? undefined : new SafePattern(query.regex);
  let position = query.cursor === undefined ? firstPosition(sql) : decodeCursor(query.cursor, query);
  const plan = planQuery(sql, query, now);
  const conditions = rowConditions(query, position, now);
  const near = findNear(sql, plan, conditions, semantic);
  const matches = plan.matches.length === 0 && near.size > 0 ? [NO_MATCH] : plan.matches;
  const hits: SearchHit[] = [];
  for (let windows = 0; windows < MAX_WINDOWS; windows += 1) {
    const match = matches[position.match];
    if (match === undefined) return { hits, nextCursor: undefined };
    const rows = sql.all<CandidateRow>(plan.statement, { ...conditions, match, skip: position.window * WINDOW });
    const ranked = fuseRanks(plan.rank(rows), near, position.match + position.window === 0);
    for (const entry of findEntries(sql, ranked, position, pattern)) {
      if (hits.length === query.limit) return { hits, nextCursor: hits.at(-1)?.cursor };
      hits.push(toHit(entry, plan.words, query));
    }
    position = nextWindow(position, rows.length === WINDOW);
  }
  return { hits, nextCursor: encodeCursor(position, query) };
}

/** The parameters of `FILTER`, without the match. */
function rowConditions({ workspace, since, until }: SearchQuery, { snapshot }: SearchPosition, now: number): Row {
  return { scope: workspace ?? null, now, since: since ?? 0, until: until ?? Number.MAX_SAFE_INTEGER, snapshot };
}

function findNear(
  sql: Sql,
  plan: Plan,
  conditions: Row,
  semantic: SemanticQuery | undefined,
): ReadonlyMap<number, number> {
  if (plan.isListing || semantic === undefined) return new Map();
  return nearestMemories(sql, WITH_VECTORS, { ...conditions, match: plan.facets }, semantic);
}

function firstPosition(sql: Sql): SearchPosition {
  const newest = sql.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM memory')?.seq;
  return { match: 0, window: 0, offset: 0, snapshot: newest ?? 0 };
}

function nextWindow({ match, window, snapshot }: SearchPosition, hasMore: boolean): SearchPosition {
  return hasMore
    ? { match, window: window + 1, offset: 0, snapshot }
    : { match: match + 1, window: 0, offset: 0, snapshot };
}

function planQuery(sql: Sql, query: SearchQuery, now: number): Plan {
  const scope = query.workspace;
  const filter = {
    types: query.contextTypes,
    category: query.category,
    tags: query.tags,
    agent: query.agent,
    session: query.sessionId,
    minImportance: query.minImportance,
  };
  const facets = facetCondition({ ...filter, scope }) ?? ANY_FACETS;
  if (/^\s*\*?\s*$/.test(query.text)) {
    const rank: Plan['rank'] = (rows) => rows.map(({ seq }) => ({ seq, similarity: 0 }));
    return { facets, isListing: true, matches: [facets], statement: BY_TIME, rank, words: new Set() };
  }
  const size = collectionSize(sql);
  const terms = queryTerms(sql, query.text, query.fuzzy ?? false, size);
  const isDominant =
    documentFrequency(sql, facetCondition({ scope }) ?? ANY_FACETS, size) > DOMINANT_SHARE * size.memories;
  const ranked = isDominant ? facetCondition({ ...filter, scope: undefined }) : facets;
  return {
    facets,
    isListing: false,
    matches: termConditions(terms, size).map((condition) =>
      ranked === undefined ? condition : `${ranked} AND ${condition}`,
    ),
    statement: BY_TEXT,
    rank: (rows) => toRanked(addNeighbourScores(sql, rankCandidates(rows.map(toCandidate), terms, size, now), rows)),
    words: new Set(terms.flatMap(({ forms }) => forms.map(({ term }) => term))),
  };
}

function toCandidate(row: CandidateRow): Candidate {
  const labels = parseTags(row.tags);
  if (row.category !== null) labels.push(row.category);
  return { seq: row.seq, importance: row.importance, storedAt: row.stored_at, terms: row.terms, labels };
}

/** The entries of one ranked window, from `position` on, that the pattern lets pass. */
function findEntries(
  sql: Sql,
  ranked: readonly Ranked[],
  position: SearchPosition,
  pattern: SafePattern | undefined,
): Iterable<Entry> {
  const entries = readEntries(sql, ranked, position);
  if (pattern === undefined) return entries;
  const all = [...entries];
  const matches = pattern.testAll(all.map(({ row }) => row.content));
  return all.filter((_, index) => matches[index] === true);
}

/** Reads each row only when it is asked for. */
function* readEntries(sql: Sql, ranked: readonly Ranked[], position: SearchPosition): Generator<Entry> {
  for (const [index, { seq, similarity }] of ranked.entries()) {
    if (index < position.offset) continue;
    const row = sql.get<MemoryRow>(`SELECT ${MEMORY_COLUMNS} FROM memory WHERE seq = ?`, [seq]);
    if (row !== undefined) yield { row, similarity, next: { ...position, offset: index + 1 } };
  }
}

function toHit({ row, similarity, next }: Entry, words: ReadonlySet<string>, query: SearchQuery): SearchHit {
  const memory = toMemory(row);
  return { memory, similarity, excerpt: excerptOf(memory.content, words), cursor: encodeCursor(next, query) };
}
