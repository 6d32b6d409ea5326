import { createHash } from 'node:crypto';
import { jsonLeaves } from './json-text.ts';
import { porterStem } from './porter.ts';
import { remembering } from './remembering.ts';

/** Words without which a sentence says the same. */
const FILLERS = new Set(
  'a an the is are we our i my that this it please note fyi btw just also already has have'.split(' '),
);
/** A question mark stays part of its word: a question is no statement. */
const SENTENCE_END = /[.;!…]{1,3}["'`)\]]{0,2}(?:\s|$)|\n/;
const OUTER_PUNCTUATION = /^["'`([*]{1,4}|["'`)\]*.,;:!…]{1,4}$/g;
const BULLETS = new Set(['-', '*', '•', '–', '—', '']);
const CONTRACTION = /\b(can|won|shan)['’]t\b|\bcannot\b|n['’]t\b|['’](?:ll|re|ve|m)\b/g;
const SPELLED_OUT: Readonly<Record<string, string>> = {
  "can't": 'can not',
  cannot: 'can not',
  "won't": 'will not',
  "shan't": 'shall not',
  "n't": ' not',
  "'ll": ' will',
  "'re": ' are',
  "'ve": ' have',
  "'m": ' am',
};

function spellOut(contraction: string): string {
  return SPELLED_OUT[contraction.replace('’', "'")] ?? contraction;
}

/** When a record was written is no part of what it says. */
const VOLATILE_KEY = /^(?:timestamp|ts|(?:created|updated|stored|reported)_?at)$/i;

const stem = remembering(porterStem);

/**
 * Equal for texts that say the same: differences in case, spacing, punctuation, inflection, filler words, order of keys in JSON, and in
 * the time of writing do not count. Deliberately strict beyond that: another word, number, symbol or order can turn a statement around,
 * and a memory taken for a duplicate is not stored.
 */
export function fingerprint(content: string): string {
  const leaves = jsonLeaves(content);
  const sentences =
    leaves === undefined ? sentencesOf(content) : leaves.flatMap(({ path, value }) => leafSentence(path, value)).sort();
  const text = sentences.length > 0 ? sentences.join('\n') : content;
  return createHash('sha256').update(text).digest('base64url').slice(0, 24);
}

function leafSentence(path: readonly (string | number)[], value: string): string[] {
  if (VOLATILE_KEY.test(String(path.at(-1)))) return [];
  return [JSON.stringify([...path, sentencesOf(value)])];
}

function sentencesOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(CONTRACTION, spellOut)
    .split(SENTENCE_END)
    .map(significantWords)
    .filter((sentence) => sentence !== '');
}

function significantWords(sentence: string): string {
  return sentence
    .split(/\s+/)
    .map((raw) => raw.replace(OUTER_PUNCTUATION, ''))
    .filter((word) => !BULLETS.has(word) && !FILLERS.has(word))
    .map((word) => (/^[a-z]+$/.test(word) ? stem(word) : word))
    .join(' ');
}
