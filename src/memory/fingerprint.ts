import { createHash } from 'node:crypto';
import { jsonLeaves } from './json-text.ts';
import { porterStem } from './porter.ts';

/** Words without which a sentence says the same. */
const FILLERS = new Set(
  'a an the is are we our i my that this it please note fyi btw just also already has have'.split(' '),
);
/** Words that begin a phrase; phrases may change places inside a clause. */
const PHRASE_STARTS = new Set(
  'for with without to from in into on onto at by of and or but because so as over under than before after via per until unless if'.split(
    ' ',
  ),
);
/** A question mark stays part of its word: a question is no statement. */
const CLAUSE_END = /[.,;:!…]{1,3}["'`)\]]{0,2}(?:\s|$)|\n/;
const OUTER_PUNCTUATION = /^["'`([*]{1,4}|["'`)\]*.,;:!…]{1,4}$/g;
const BULLETS = new Set(['-', '*', '•', '–', '—', '']);
/** When a record was written is no part of what it says. */
const VOLATILE_KEY = /^(?:time|timestamp|ts|date|datetime|(?:created|updated|stored|reported|completed)_?at)$/i;

/**
 * Equal for texts that say the same: differences in case, spacing, punctuation, inflection, filler words, order of sentences, of
 * phrases in a sentence, of keys in JSON, and in the time of writing do not count. Deliberately strict beyond that: one other word,
 * number or symbol can turn a statement around, and a memory taken for a duplicate is not stored.
 */
export function fingerprint(content: string): string {
  const leaves = jsonLeaves(content);
  const clauses =
    leaves === undefined ? clausesOf(content) : leaves.flatMap(({ path, value }) => leafClause(path, value));
  const text = clauses.length > 0 ? clauses.sort().join('\n') : content;
  return createHash('sha256').update(text).digest('base64url').slice(0, 24);
}

function leafClause(path: readonly (string | number)[], value: string): string[] {
  if (VOLATILE_KEY.test(String(path.at(-1)))) return [];
  return [JSON.stringify([...path, clausesOf(value).sort()])];
}

function clausesOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(CLAUSE_END)
    .map((clause) => phrasesOf(clause).sort().join('|'))
    .filter((clause) => clause !== '');
}

function phrasesOf(clause: string): string[] {
  const phrases: string[][] = [[]];
  for (const raw of clause.split(/\s+/)) {
    const word = raw.replace(OUTER_PUNCTUATION, '');
    if (BULLETS.has(word) || FILLERS.has(word)) continue;
    if (PHRASE_STARTS.has(word)) phrases.push([]);
    phrases.at(-1)?.push(/^[a-z]+$/.test(word) ? porterStem(word) : word);
  }
  return phrases.map((phrase) => phrase.join(' ')).filter((phrase) => phrase !== '');
}
