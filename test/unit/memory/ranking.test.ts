import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueryTerm } from '../../../src/memory/query-terms.ts';
import type { Candidate } from '../../../src/memory/ranking.ts';
import { rankCandidates, toRanked } from '../../../src/memory/ranking.ts';
import { encodeTerms } from '../../../src/memory/term-vector.ts';

const DAY_MS = 24 * 3_600_000;
const NOW = 1000 * DAY_MS;
const SIZE = { memories: 1000, averageLength: 8, lastSeq: 1000 };

const term = (name: string, idf = 3): QueryTerm => ({
  isStopWord: false,
  forms: [{ term: name, weight: 1 }],
  documents: 10,
  idf,
});
const QUERY = [term('circuit'), term('breaker'), term('threshold')];

function candidate(seq: number, text: string, fields: Partial<Candidate> = {}): Candidate {
  return { seq, importance: 5, storedAt: 0, labels: [], terms: encodeTerms(text.split(' ')), ...fields };
}

const order = (candidates: Candidate[], query = QUERY) =>
  rankCandidates(candidates, query, SIZE, NOW).map(({ seq }) => seq);

describe('rankCandidates', () => {
  it.each([
    [
      'all terms before one repeated',
      'circuit breaker threshold x x x x x',
      'circuit circuit circuit circuit circuit x x x',
    ],
    [
      'two terms in a longer text before one all over',
      `circuit ${'x '.repeat(16)}breaker`,
      'circuit '.repeat(8).trim(),
    ],
    ['a rare term before a common one', 'rare x x x x x x x', 'common x x x x x x x'],
    ['neighbours before words far apart', 'x circuit breaker x x x x x', 'circuit x x x x x x breaker'],
    ['neighbours in either order', 'x breaker circuit x x x x x', 'circuit x x x x x x breaker'],
    ['the short text before the long one', 'circuit x x', `circuit ${'x '.repeat(40)}x`],
    ['two occurrences before one', 'circuit x circuit x x x x x', 'circuit x x x x x x x'],
  ])('puts %s', (_name, better, worse) => {
    const query = [...QUERY, term('rare', 6), term('common', 1)];
    // Equals would come in the other order: the later one first.
    expect(order([candidate(1, better), candidate(2, worse)], query)).toEqual([1, 2]);
  });

  it.each<[string, Partial<Candidate>]>([
    ['importance', { importance: 6 }],
    ['a recent date', { storedAt: NOW - DAY_MS }],
    ['a tag that the query names', { labels: ['Circuit-Breaker'] }],
  ])('lets %s decide between equals, and nothing more', (_name, fields) => {
    const text = 'circuit breaker x x x x x x';
    expect(order([candidate(1, text, fields), candidate(2, text)])).toEqual([1, 2]);
    const best = candidate(1, 'circuit breaker threshold x x x x x');
    const strongest = { importance: 10, storedAt: NOW, labels: ['circuit', 'breaker', 'circuit-breaker', 'threshold'] };
    expect(order([candidate(2, 'circuit x x x x x x x', strongest), best])).toEqual([1, 2]);
  });

  it('puts the newest of complete equals first', () => {
    const text = 'circuit x x';
    const old = { storedAt: 5 };
    expect(order([candidate(1, text), candidate(3, text, old), candidate(2, text, old)])).toEqual([3, 2, 1]);
  });

  it('counts another spelling less than the word itself', () => {
    const query = [
      {
        ...term('webhook'),
        forms: [
          { term: 'webhook', weight: 1 },
          { term: 'webhooked', weight: 0.5 },
        ],
      },
    ];
    expect(order([candidate(2, 'webhooked x x'), candidate(1, 'webhook x x')], query)).toEqual([1, 2]);
  });

  it('gives a similarity above 0 and below 1 to anything that matches', () => {
    const words = fc.array(fc.constantFrom('circuit', 'breaker', 'threshold', 'x'), { maxLength: 60 });
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 10 }), (text, importance) => {
        const [ranked] = toRanked(
          rankCandidates([candidate(1, ['circuit', ...text].join(' '), { importance })], QUERY, SIZE, NOW),
        );
        expect(ranked?.similarity).toBeGreaterThan(0);
        expect(ranked?.similarity).toBeLessThan(1);
      }),
    );
  });
});
