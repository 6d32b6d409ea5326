import type { Sql } from '../storage/connection.ts';
import type { TermForm } from './similar-terms.ts';
import { similarTerms } from './similar-terms.ts';
import { tokenizeQuery } from './tokens.ts';

export interface QueryTerm {
  isStopWord: boolean;
  forms: readonly TermForm[];
  /** In how many memories of the store it occurs, whatever their workspace. */
  documents: number;
  /** How much a match says: great for rare terms. */
  idf: number;
}

export interface CollectionSize {
  memories: number;
  /** Mean number of terms. */
  averageLength: number;
}

const STOP_WORD_WEIGHT = 0.4;

/** Up to this many memories, terms in most of them cost too little to leave any out. */
const ALL_TERMS_UP_TO = 200_000;
/** Above, candidates come from the rarest terms that together occur in this share of the memories; the ranking counts all. */
const CANDIDATE_SHARE = 0.4;

export function collectionSize(sql: Sql): CollectionSize {
  const total = sql.get<{ memories: number; terms: number }>('SELECT memories, terms FROM memory_total');
  const memories = Math.max(1, total?.memories ?? 0);
  return { memories, averageLength: Math.max(1, (total?.terms ?? 0) / memories) };
}

/** The words of a query with what the store knows of them; stop words that occur nowhere are left out. */
export function queryTerms(sql: Sql, text: string, fuzzy: boolean, { memories }: CollectionSize): QueryTerm[] {
  const terms = tokenizeQuery(text).map(({ term, isStopWord }) => {
    const forms = [{ term, weight: 1 }, ...(fuzzy && !isStopWord ? similarTerms(sql, term) : [])];
    const documents = forms.reduce((sum, form) => sum + documentFrequency(sql, form.term), 0);
    const df = Math.min(documents, memories);
    // The form of Robertson and Spärck Jones that stays above 0 for words in most documents.
    const idf = Math.log(1 + (memories - df + 0.5) / (df + 0.5));
    return { isStopWord, forms, documents, idf: isStopWord ? idf * STOP_WORD_WEIGHT : idf };
  });
  return terms.filter(({ isStopWord, documents }) => !isStopWord || documents > 0);
}

function documentFrequency(sql: Sql, term: string): number {
  return sql.get<{ doc: number }>('SELECT doc FROM memory_vocabulary WHERE term = ?', [term])?.doc ?? 0;
}

/**
 * The condition on the `terms` column, as FTS5 query syntax; undefined when no memory can match. Stop words find nothing unless there is
 * nothing else. Terms hold no syntax: `tokens.ts`.
 */
export function termCondition(terms: readonly QueryTerm[], { memories }: CollectionSize): string | undefined {
  const meaningful = terms.filter((term) => !term.isStopWord);
  const searched = meaningful.length > 0 ? meaningful : terms;
  const occurring = searched.filter((term) => term.documents > 0).sort((a, b) => a.documents - b.documents);
  const budget = memories <= ALL_TERMS_UP_TO ? Number.POSITIVE_INFINITY : memories * CANDIDATE_SHARE;
  let sum = 0;
  const chosen = occurring.filter((term, rank) => {
    sum += term.documents;
    return rank === 0 || sum <= budget;
  });
  if (chosen.length === 0) return undefined;
  const quoted = chosen.flatMap(({ forms }) => forms.map(({ term }) => `"${term}"`));
  return `terms : (${quoted.join(' OR ')})`;
}
