import { clip } from './plain-text.ts';
import { words } from './tokens.ts';

/** Texts up to this length are shown whole; of longer ones, about this much around the match. In characters. */
const EXCERPT_LENGTH = 400;
/** How much of the excerpt lies before the first match. */
const LEAD = 60;

interface Match {
  start: number;
  end: number;
  term: string;
}

/** The stretch of a text that holds the most different terms; its beginning when it holds none. `…` marks what is cut. */
export function excerptOf(text: string, terms: ReadonlySet<string>): string {
  if (text.length <= EXCERPT_LENGTH) return text;
  const from = Math.max(0, bestStart(findMatches(text, terms)) - LEAD);
  const start = from === 0 ? 0 : nextWordStart(text, from);
  const part = clip(text.slice(start), EXCERPT_LENGTH);
  return `${start > 0 ? '…' : ''}${part}${start + part.length < text.length ? '…' : ''}`;
}

function findMatches(text: string, terms: ReadonlySet<string>): Match[] {
  const matches: Match[] = [];
  for (const word of words(text)) {
    const term = word.terms.find((candidate) => terms.has(candidate));
    if (term !== undefined) matches.push({ start: word.start, end: word.end, term });
  }
  return matches;
}

/** Offset of the match from which an excerpt shows the most different terms. */
function bestStart(matches: readonly Match[]): number {
  const counts = new Map<string, number>();
  let best = { start: matches[0]?.start ?? 0, different: 0 };
  let end = 0;
  for (const first of matches) {
    for (let next = matches[end]; next !== undefined && fits(first, next); next = matches[end]) {
      counts.set(next.term, (counts.get(next.term) ?? 0) + 1);
      end += 1;
    }
    if (counts.size > best.different) best = { start: first.start, different: counts.size };
    const left = (counts.get(first.term) ?? 0) - 1;
    if (left > 0) counts.set(first.term, left);
    else counts.delete(first.term);
  }
  return best.start;
}

function fits(first: Match, next: Match): boolean {
  return next === first || next.end - first.start <= EXCERPT_LENGTH - LEAD;
}

function nextWordStart(text: string, from: number): number {
  const space = text.slice(from, from + LEAD).search(/\s\S/);
  return space < 0 ? from : from + space + 1;
}
