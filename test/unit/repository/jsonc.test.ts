import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonc } from '../../../src/repository/project-reader.ts';
import { cpuMsOf } from '../../support/patience.ts';

describe('parseJsonc', () => {
  it.each([
    ['{"a": 1, // note\n "b": [1, 2,],}', { a: 1, b: [1, 2] }],
    ['/* "x" */ {"url": "https://x.example/*no*/", "c": ",}"}', { url: 'https://x.example/*no*/', c: ',}' }],
    [String.raw`{"a": "\"// in"}`, { a: '"// in' }],
    ['\uFEFF{}', {}],
    ['{"a":}', undefined],
    ['', undefined],
    ['/* never closed {}', undefined],
  ])('reads %s', (text, expected) => {
    expect(parseJsonc(text)).toEqual(expected);
  });

  it('reads all JSON, also with comments between its lines', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 2);
        expect(parseJsonc(text)).toEqual(JSON.parse(text));
        expect(parseJsonc(text.replaceAll('\n', ' // "," }\n/* { */'))).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each(['/*', '"', '",', '//', ', ', '\\"'])('reads a megabyte of %s at once', async (text) => {
    const long = text.repeat(1_000_000 / text.length);
    expect(await cpuMsOf(() => parseJsonc(long))).toBeLessThan(3_000);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseJsonc(text)));
  });
});
