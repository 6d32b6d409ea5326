import type { Sql } from '../storage/connection.ts';
import type { TermForm } from './similar-terms.ts';
import { similarTerms } from './similar-terms.ts';
import { tokenizeQuery } from './tokens.ts';

export interface QueryTerm {
  isStopWord: boolean;
  forms: readonly TermForm[];
  /** In about how many memories of the store it occurs, whatever their workspace; 0 only where it occurs in none. */
  documents: number;
  /** How much a match says: great for rare terms. */
  idf: number;
}

export interface CollectionSize {
  memories: number;
  /** Mean number of terms. */
  averageLength: number;
  lastSeq: number;
}

const STOP_WORD_WEIGHT = 0.4;

/**
 * The time of a match grows with the number of memories that hold one of its terms. The rarest terms up to so many occurrences, or this
 * share of all memories, are searched first: they nearly always hold the best hits.
 */
const MIN_RARE_OCCURRENCES = 6_000;
const RARE_SHARE = 0.25;

/** Occurrences counted before the rest is estimated. */
const SAMPLE = 2000;
const COUNT = `
  SELECT count(*) AS sampled, max(rowid) AS last FROM (SELECT rowid FROM memory_fts WHERE memory_fts MATCH ? LIMIT ${SAMPLE})`;

export function collectionSize(sql: Sql): CollectionSize {
  const total = sql.get<{ memories: number; terms: number; seq: number | null }>(
    'SELECT memories, terms, (SELECT max(seq) FROM memory) AS seq FROM memory_total',
  );
  const memories = Math.max(1, total?.memories ?? 0);
  return { memories, averageLength: Math.max(1, (total?.terms ?? 0) / memories), lastSeq: total?.seq ?? 0 };
}

/** The words of a query with what the store knows of them; stop words that occur nowhere are left out. */
export function queryTerms(sql: Sql, text: string, fuzzy: boolean, size: CollectionSize): QueryTerm[] {
  const terms = tokenizeQuery(text).map(({ term, isStopWord }) => {
    const forms = [{ term, weight: 1 }, ...(fuzzy && !isStopWord ? similarTerms(sql, term) : [])];
    const documents = forms.reduce((sum, form) => sum + documentFrequency(sql, `terms : "${form.term}"`, size), 0);
    const df = Math.min(documents, size.memories);
    // The form of Robertson and Spärck Jones that stays above 0 for words in most documents.
    const idf = Math.log(1 + (size.memories - df + 0.5) / (df + 0.5));
    return { isStopWord, forms, documents, idf: isStopWord ? idf * STOP_WORD_WEIGHT : idf };
  });
  return terms.filter(({ isStopWord, documents }) => !isStopWord || documents > 0);
}

/** How many memories fulfil an FTS5 query. Exact up to `SAMPLE`; above, from how densely the first ones lie, since to count them all would take as long as to rank them. */
export function documentFrequency(sql: Sql, match: string, size: CollectionSize): number {
  const count = sql.get<{ sampled: number; last: number | null }>(COUNT, [match]);
  const sampled = count?.sampled ?? 0;
  return sampled < SAMPLE ? sampled : Math.min(size.memories, (sampled * size.lastSeq) / (count?.last ?? size.lastSeq));
}

/**
 * Conditions on the `terms` column, as FTS5 query syntax, to be searched one after the other: every memory that holds a term fulfils exactly
 * one. Stop words find nothing unless there is nothing else. Terms hold no syntax: `tokens.ts`.
 */
export function termConditions(terms: readonly QueryTerm[], { memories }: CollectionSize): string[] {
  const meaningful = terms.filter((term) => !term.isStopWord);
  const searched = meaningful.length > 0 ? meaningful : terms;
  const occurring = searched.filter((term) => term.documents > 0).sort((a, b) => a.documents - b.documents);
  const budget = Math.max(MIN_RARE_OCCURRENCES, RARE_SHARE * memories);
  let sum = 0;
  const isRare = occurring.map(({ documents }, index) => {
    sum += documents;
    return index === 0 || sum <= budget;
  });
  const rare = anyOf(occurring.filter((_, index) => isRare[index]));
  const common = anyOf(occurring.filter((_, index) => !isRare[index]));
  if (rare === '') return [];
  return common === '' ? [`terms : (${rare})`] : [`terms : (${rare})`, `terms : ((${common}) NOT (${rare}))`];
}

function anyOf(terms: readonly QueryTerm[]): string {
  return terms.flatMap(({ forms }) => forms.map(({ term }) => `"${term}"`)).join(' OR ');
}
