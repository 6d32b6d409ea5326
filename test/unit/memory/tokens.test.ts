import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize, tokenizeQuery, words } from '../../../src/memory/tokens.ts';
import { cpuMsOf } from '../../support/patience.ts';

const CASES: readonly [string, string][] = [
  ['Webhooks are verified', 'webhook ar verifi'],
  ['src/core/circuitBreaker.ts', 'src core circuit breaker circuitbreak ts srccorecircuitbreakert'],
  ['payment_intent.succeeded', 'payment intent succeed paymentintentsucceed'],
  ['paymentIntentSucceeded', 'payment intent succeed paymentintentsucceed'],
  ['HTTPServer parses URLs', 'http server httpserver pars url'],
  ['std::vector a->b', 'std vector stdvector a b'],
  ['POL-358 v1.2.3 sha256', 'pol 358 pol358 v1 v123 sha 256 sha256'],
  ['01J9ZK8T4Q3W2E1R5T6Y7U8I9O', '01j9zk8t4q3w2e1r5t6y7u8i9o'],
  ["don't use Stripe's", 'don dont us stripe'],
  ['plan B', 'plan b'],
  ['Crème brûlée, ﬁle ²', 'creme brule file 2'],
  ['chose ran written', 'choos run write'],
  ['日本語の API設計 한국어', '日本 本語 語の api 設計 한국 국어'],
  ['हिन्दी', 'हिन्दी'],
  ['猫', '猫'],
  ['🎉 ** -- ""', ''],
];

describe('tokenize', () => {
  it.each(CASES)('%s', (text, terms) => {
    expect(tokenize(text).join(' ')).toBe(terms);
  });

  it('gives composed and decomposed letters the same terms', () => {
    for (const text of ['Zürich café', '한국어', 'データベース', 'İzmir']) {
      expect(tokenize(text.normalize('NFD'))).toEqual(tokenize(text.normalize('NFC')));
    }
  });

  it('cuts terms at 64 characters', () => {
    expect(tokenize('x'.repeat(100))).toEqual(['x'.repeat(64)]);
  });

  it('makes terms without any syntax from any text, with offsets inside it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const word of words(text)) {
          expect(text.slice(word.start, word.end)).not.toBe('');
          for (const term of word.terms) expect(term).toMatch(/^[\p{L}\p{M}\p{N}]{1,64}$/u);
        }
      }),
    );
  });

  it.each([
    'a',
    'aA',
    'a-',
    "'s",
    'ABs',
    '漢',
    'e\u0301',
    '.a',
    '1a',
  ])('takes 64 KB of %s in its stride', async (unit) => {
    const text = unit.repeat(Math.floor(65_536 / unit.length));
    expect(await cpuMsOf(() => tokenize(text))).toBeLessThan(3_000);
  });
});

describe('tokenizeQuery', () => {
  it('marks stop words and drops repetitions', () => {
    expect(tokenizeQuery('What did we decide about the retry, the retry?')).toEqual([
      { term: 'what', isStopWord: true },
      { term: 'do', isStopWord: true },
      { term: 'we', isStopWord: true },
      { term: 'decid', isStopWord: false },
      { term: 'about', isStopWord: true },
      { term: 'the', isStopWord: true },
      { term: 'retri', isStopWord: false },
    ]);
  });

  it('keeps 64 terms', () => {
    expect(tokenizeQuery(Array.from({ length: 500 }, (_, index) => `w${index}x`).join(' '))).toHaveLength(64);
  });
});
