import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOf } from '../../../src/memory/excerpt.ts';

const FILLER = 'lorem ipsum dolor sit amet '.repeat(40);

describe('excerptOf', () => {
  it('shows a short text whole', () => {
    expect(excerptOf('a short text', new Set(['absent']))).toBe('a short text');
  });

  it('shows the beginning when nothing matches', () => {
    expect(excerptOf(FILLER, new Set(['absent']))).toBe(`${FILLER.slice(0, 400)}…`);
  });

  it('prefers the place with the most different terms to one with many of the same', () => {
    const text = `${FILLER}retry retry retry ${FILLER}webhook retry with signature ${FILLER}`;
    const excerpt = excerptOf(text, new Set(['retri', 'webhook', 'signatur']));
    expect(excerpt).toContain('webhook retry with signature');
    expect(excerpt.startsWith('…')).toBe(true);
    expect(excerpt.endsWith('…')).toBe(true);
  });

  it('stays short and inside any text', () => {
    const text = fc.array(fc.constantFrom('retry ', 'webhook', ' ', '😀', 'x'.repeat(300), '\n'), { maxLength: 60 });
    fc.assert(
      fc.property(text, (parts) => {
        const whole = parts.join('');
        const excerpt = excerptOf(whole, new Set(['retri', 'webhook']));
        expect(excerpt.length).toBeLessThanOrEqual(402);
        expect(whole).toContain(excerpt.replaceAll('…', ''));
        expect(excerpt.isWellFormed()).toBe(true);
      }),
    );
  });
});
