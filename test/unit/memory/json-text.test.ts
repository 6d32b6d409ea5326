import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonField, jsonLeaves, readableText } from '../../../src/memory/json-text.ts';

describe('jsonLeaves', () => {
  it('lists values in order with their paths', () => {
    expect(jsonLeaves('{"a":{"b":[1,"x"]},"c":null,"d":{}}')).toEqual([
      { path: ['a', 'b', 0], value: '1' },
      { path: ['a', 'b', 1], value: 'x' },
      { path: ['c'], value: 'null' },
    ]);
  });

  it.each(['plain', '"text"', '42', '{broken', '[1,', ''])('is undefined for %s', (text) => {
    expect(jsonLeaves(text)).toBeUndefined();
  });

  it('treats what is nested too deeply as plain text', () => {
    expect(jsonLeaves(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)).toBeUndefined();
    expect(jsonLeaves(`${'['.repeat(32)}7${']'.repeat(32)}`)).toHaveLength(1);
  });

  it('finds every leaf of any document', () => {
    const count = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? Object.values(value).reduce<number>((sum, child) => sum + count(child), 0)
        : 1;
    const document = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(document, (value) => {
        const text = JSON.stringify(value);
        expect(jsonLeaves(text)).toHaveLength(count(JSON.parse(text)));
      }),
    );
  });
});

describe('readableText', () => {
  it('reads keys and values, each key once where it repeats', () => {
    expect(readableText('{"agent":"a","steps":[{"name":"x\\ny"},{"name":"z"}],"on":true}')).toBe(
      'agent a\nsteps name x\ny\nz\non true',
    );
  });

  it('leaves other text alone', () => {
    expect(readableText('{not json}')).toBe('{not json}');
  });
});

describe('jsonField', () => {
  it('reads a field at the top only', () => {
    expect(jsonField('{"x":{"agent":"inner"},"agent":"outer"}', 'agent')).toBe('outer');
    expect(jsonField('{"x":{"agent":"inner"}}', 'agent')).toBeUndefined();
    expect(jsonField('agent: outer', 'agent')).toBeUndefined();
  });
});
