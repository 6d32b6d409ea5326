import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance } from '../../../src/memory/similar-terms.ts';

describe('editDistance', () => {
  it.each([
    ['webhook', 'webhook', 0],
    ['webhok', 'webhook', 1],
    ['wehbook', 'webhook', 1],
    ['stirpe', 'stripe', 1],
    ['kitten', 'sitting', 3],
    ['', 'ab', 2],
    ['ca', 'abc', 3],
  ])('%s to %s takes %i', (a, b, edits) => {
    expect(editDistance(a, b, 5)).toBe(edits);
    expect(editDistance(b, a, 5)).toBe(edits);
  });

  it('stops above the limit', () => {
    expect(editDistance('kitten', 'sitting', 2)).toBe(3);
    expect(editDistance('a', 'abcdef', 2)).toBe(3);
  });

  it('is at most one per changed character', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, fc.nat(8), (text, inserted, at) => {
        const changed = text.slice(0, at) + inserted + text.slice(at);
        expect(editDistance(text, changed, 20)).toBe(inserted.length);
      }),
    );
  });
});
