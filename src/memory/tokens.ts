import { BASE_FORMS, STOP_WORDS } from './english.ts';
import { porterStem } from './porter.ts';
import { remembering } from './remembering.ts';

/** A stretch of text that yields index terms: a word, or an identifier, path or dotted name as a whole. */
export interface Word {
  /** Offsets into the text, in UTF-16 units. */
  start: number;
  end: number;
  terms: readonly string[];
}

/** Longest index term, in characters; longer ones (encoded blobs) are found by their beginning. */
const MAX_TERM = 64;
/** A segment that falls into more pieces than this is a random id: its pieces would only be noise. */
const MAX_PIECES = 8;
const MAX_QUERY_TERMS = 64;

const CONNECTED = /[\p{L}\p{M}\p{N}]+(?:[._\-/:\\@#+'’&]{1,3}[\p{L}\p{M}\p{N}]+)*/gu;
const SEGMENT = /[\p{L}\p{M}\p{N}]+/gu;
/** CJK runs, plural acronyms (`URLs`), acronyms (`HTTP` of `HTTPServer`), words of `camelCase`, numbers, letters without case. */
const PIECE =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]+|\p{Lu}{2,}s(?![\p{Ll}\p{M}])|\p{Lu}+(?![\p{Ll}\p{M}])|\p{Lu}?[\p{Ll}\p{M}]+|\p{N}+|[[\p{L}\p{M}]--[\p{Lu}\p{Ll}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]]+|\p{L}/gv;
const CJK = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]/v;

/** Index terms of a document, in order. Terms hold letters, marks and digits only. */
export function tokenize(text: string): string[] {
  const terms: string[] = [];
  for (const word of words(text)) terms.push(...word.terms);
  return terms;
}

export interface QueryWord {
  term: string;
  /** Says little by itself, whatever its frequency. */
  isStopWord: boolean;
}

/** Index terms of a query, each once. */
export function tokenizeQuery(text: string): QueryWord[] {
  const terms = [...new Set(tokenize(text))].slice(0, MAX_QUERY_TERMS);
  return terms.map((term) => ({ term, isStopWord: STOP_TERMS.has(term) }));
}

export function* words(text: string): Generator<Word> {
  for (const match of text.matchAll(CONNECTED)) {
    const terms = termsOf(match[0]);
    if (terms.length > 0) yield { start: match.index, end: match.index + match[0].length, terms };
  }
}

/**
 * `src/apiClient.ts` gives src, api, client, apiclient, t(s) and the whole joined: parts find it, and so does the same name written in
 * another style (`api_client`, `api-client`).
 */
const termsOf = remembering((connected: string): readonly string[] => {
  const segments = normalize(connected).match(SEGMENT) ?? [];
  const terms = new Set<string>();
  for (const segment of segments) addSegment(segment, segments.length > 1, terms);
  const whole = segments.join('');
  if (segments.length > 1 && whole.length <= MAX_TERM && !CJK.test(whole)) terms.add(stem(whole));
  return [...terms];
});

function addSegment(segment: string, isPart: boolean, terms: Set<string>): void {
  const pieces = segment.match(PIECE) ?? [];
  const isPlain = pieces.length === 1 && !CJK.test(segment);
  if (!isPlain && pieces.length <= MAX_PIECES) for (const piece of pieces) addPiece(piece, terms);
  // A single letter says something only where it stands alone.
  if (!CJK.test(segment) && !(isPart && segment.length === 1)) terms.add(stem(segment.slice(0, MAX_TERM)));
}

function addPiece(piece: string, terms: Set<string>): void {
  if (CJK.test(piece)) for (const bigram of bigrams(piece)) terms.add(bigram);
  else if (piece.length > 1) terms.add(stem(piece.slice(0, MAX_TERM)));
}

function bigrams(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

/** Compatibility forms unified, accents removed, Hangul whole again, possessive `'s` dropped. */
function normalize(text: string): string {
  const plain = isAscii(text)
    ? text
    : text
        .normalize('NFKD')
        .replace(/[\u0300-\u036f]/g, '')
        .normalize('NFC');
  return plain.replace(/['’]s$/i, '');
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function stem(word: string): string {
  const lower = word.toLowerCase();
  return /^[a-z]+$/.test(lower) ? porterStem(BASE_FORMS.get(lower) ?? lower) : lower;
}

const STOP_TERMS: ReadonlySet<string> = new Set(STOP_WORDS.map(stem));
