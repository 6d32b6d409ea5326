import type { Sql } from '../storage/connection.ts';

/** A way in which a query term occurs in documents; the term itself has weight 1, a likely other spelling less. */
export interface TermForm {
  term: string;
  weight: number;
}

const MIN_PREFIX = 3;
const MAX_LONGER = 24;
const MAX_SPELLINGS = 8;
/** Index terms looked at: those that begin alike, at most this many. */
const MAX_SCANNED = 20_000;
const PREFIX_WEIGHT = 0.7;
const SPELLING_WEIGHT = 0.5;
/** Sorts after every character that a term can hold. */
const HIGHEST = '\u{10ffff}';

/** Index terms that a searcher may have meant: those that begin with the term; if there are none and it is unknown, other spellings. */
export function similarTerms(sql: Sql, term: string): TermForm[] {
  if (term.length < MIN_PREFIX) return [];
  const prefixed = longerTerms(sql, term);
  if (prefixed.length > 0 || isKnown(sql, term)) return prefixed;
  return spellings(sql, term);
}

function longerTerms(sql: Sql, term: string): TermForm[] {
  const rows = sql.all<{ term: string }>(
    `SELECT term FROM (SELECT term FROM memory_term WHERE term > ? AND term < ? LIMIT ${MAX_SCANNED})
     ORDER BY length(term), term LIMIT ${MAX_LONGER}`,
    [term, term + HIGHEST],
  );
  return rows.map((row) => ({ term: row.term, weight: PREFIX_WEIGHT }));
}

function isKnown(sql: Sql, term: string): boolean {
  return sql.get('SELECT 1 FROM memory_term WHERE term = ?', [term]) !== undefined;
}

function spellings(sql: Sql, term: string): TermForm[] {
  const first = String.fromCodePoint(term.codePointAt(0) ?? 0);
  const maxEdits = term.length < 5 ? 1 : 2;
  const rows = sql.all<{ term: string }>(
    `SELECT term FROM memory_term WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ? LIMIT ${MAX_SCANNED}`,
    [first, first + HIGHEST, term.length - maxEdits, term.length + maxEdits],
  );
  const distances = rows.map((row) => ({ term: row.term, edits: editDistance(term, row.term, maxEdits) }));
  const near = distances.filter(({ edits }) => edits <= maxEdits).sort((a, b) => a.edits - b.edits);
  return near.slice(0, MAX_SPELLINGS).map((row) => ({ term: row.term, weight: SPELLING_WEIGHT ** row.edits }));
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment); anything above `max` is `max + 1`. */
export function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) row.push(cell(a, b, i, j, row, last, beforeLast));
    if (Math.min(...row) > max) return max + 1;
    beforeLast = last;
    last = row;
  }
  return Math.min(last[b.length] ?? max + 1, max + 1);
}

function cell(a: string, b: string, i: number, j: number, row: number[], last: number[], beforeLast: number[]): number {
  const at = (cells: number[], index: number): number => cells[index] ?? Number.POSITIVE_INFINITY;
  const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
  const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  const swapped = isSwap ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
  return Math.min(replaced, at(row, j - 1) + 1, at(last, j) + 1, swapped);
}
