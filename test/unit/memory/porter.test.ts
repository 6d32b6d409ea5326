import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { porterStem } from '../../../src/memory/porter.ts';

/** The examples of the paper, step by step, carried through to the end. */
const PAIRS: readonly [string, string][] = [
  ['caresses', 'caress'],
  ['ponies', 'poni'],
  ['ties', 'ti'],
  ['cats', 'cat'],
  ['feed', 'feed'],
  ['agreed', 'agre'],
  ['plastered', 'plaster'],
  ['bled', 'bled'],
  ['motoring', 'motor'],
  ['sing', 'sing'],
  ['conflated', 'conflat'],
  ['troubled', 'troubl'],
  ['sized', 'size'],
  ['hopping', 'hop'],
  ['tanned', 'tan'],
  ['falling', 'fall'],
  ['hissing', 'hiss'],
  ['fizzed', 'fizz'],
  ['failing', 'fail'],
  ['filing', 'file'],
  ['happy', 'happi'],
  ['sky', 'sky'],
  ['relational', 'relat'],
  ['conditional', 'condit'],
  ['digitizer', 'digit'],
  ['operator', 'oper'],
  ['feudalism', 'feudal'],
  ['hopefulness', 'hope'],
  ['formaliti', 'formal'],
  ['sensitiviti', 'sensit'],
  ['triplicate', 'triplic'],
  ['electrical', 'electr'],
  ['goodness', 'good'],
  ['revival', 'reviv'],
  ['allowance', 'allow'],
  ['replacement', 'replac'],
  ['adoption', 'adopt'],
  ['homologou', 'homolog'],
  ['effective', 'effect'],
  ['probate', 'probat'],
  ['rate', 'rate'],
  ['cease', 'ceas'],
  ['controlling', 'control'],
  ['roll', 'roll'],
  ['generalizations', 'gener'],
  ['oscillators', 'oscil'],
  ['integration', 'integr'],
  ['webhooks', 'webhook'],
  ['retries', 'retri'],
  ['by', 'by'],
];

describe('porterStem', () => {
  it('takes time in proportion to the word, or else this one would never end', () => {
    const long = 'y'.repeat(1_000_001);
    expect(porterStem(`${long}s`)).toHaveLength(1_000_001);
  });

  it.each(PAIRS)('%s -> %s', (word, stem) => {
    expect(porterStem(word)).toBe(stem);
  });

  describe('against the stemmer inside SQLite', () => {
    const db = new Database(':memory:');
    beforeAll(() => {
      db.exec("CREATE VIRTUAL TABLE doc USING fts5(word, tokenize = 'porter ascii')");
      db.exec('CREATE VIRTUAL TABLE vocabulary USING fts5vocab(doc, row)');
    });
    afterAll(() => {
      db.close();
    });

    /**
     * Where SQLite differs from the paper: it takes yy for a double consonant (the second y is a vowel), and leaves no stem empty in
     * the first steps.
     */
    const isComparable = (word: string) => word.length > 2 && !/yy|^(?:ies|sses|eed)/.test(word);

    const stemOf = (word: string): unknown => {
      db.exec('DELETE FROM doc');
      db.prepare('INSERT INTO doc VALUES (?)').run(word);
      return db.prepare('SELECT term FROM vocabulary').pluck().get();
    };

    it('agrees on words built from the suffixes of the algorithm', () => {
      const suffixes =
        'ational ization ousness iviti ement ing ed eed ies sses s ly y e ee ion ate ize al ful ness er'.split(' ');
      const letters = fc.string({ unit: fc.constantFrom(...'abeilnorstuyz'), minLength: 1, maxLength: 7 });
      const words = fc
        .tuple(letters, fc.subarray(suffixes, { maxLength: 2 }))
        .map(([root, ends]) => root + ends.join(''));
      fc.assert(
        fc.property(words.filter(isComparable), (word) => {
          expect(`${word} ${porterStem(word)}`).toBe(`${word} ${stemOf(word)}`);
        }),
        { numRuns: 3000 },
      );
    });
  });
});
