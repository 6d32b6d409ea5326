import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, toPlainText } from '../../../src/memory/plain-text.ts';

describe('toPlainText', () => {
  it.each([
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['\u001b]8;;https://evil.example\u0007link\u001b]8;;\u001b\\', 'link'],
    ['\u001b]0;title', '␛]0;title'],
    ['a\u0000b\u007fc\u0085d', 'a␀b␡c\ufffdd'],
    ['a\u202eb\u2066c\u200bd\u{e0041}e', 'abcde'],
    ['line\r\nnext\tcell\n', 'line\nnext\tcell\n'],
    ['half \ud83d pair', 'half \ufffd pair'],
    ['familia 👩‍👩‍👧 é नमस्ते', 'familia 👩‍👩‍👧 é नमस्ते'],
  ])('%j', (text, plain) => {
    expect(toPlainText(text)).toBe(plain);
  });

  it('leaves no control character in any text, and plain text as it is', () => {
    const units = fc.constantFrom(
      '\u001b',
      '[',
      ']',
      '0',
      'm',
      '\u0007',
      '\\',
      ';',
      'x',
      '\r',
      '\n',
      '\u009b',
      '\u202e',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.string({ unit: units, maxLength: 40 }), (text) => {
        const plain = toPlainText(text);
        expect(plain.replaceAll(/[\n\t]/g, '')).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u);
        expect(toPlainText(plain)).toBe(plain);
      }),
    );
  });
});

describe('clip', () => {
  it('cuts, but no pair of surrogates', () => {
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('abcd', 3)).toBe('abc');
    expect(clip('ab😀', 3)).toBe('ab');
    expect(clip('ab😀c', 4)).toBe('ab😀');
  });
});
