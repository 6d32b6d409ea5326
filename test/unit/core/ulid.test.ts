import { describe, expect, it } from 'vitest';
import { UlidSource } from '../../../src/core/ulid.ts';

describe('UlidSource', () => {
  it('encodes the time in the first ten characters', () => {
    // The time of the example in the specification: 1469918176385 is 01ARYZ6S41.
    expect(new UlidSource().next(1_469_918_176_385)).toMatch(/^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
  });

  it('grows, also within a millisecond and when the clock goes back', () => {
    const source = new UlidSource();
    const ids = [...Array.from({ length: 2000 }, () => 5_000), 4_000, 4_000, 6_000].map((time) => source.next(time));
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(2003);
  });

  it('differs between processes at the same millisecond', () => {
    expect(new UlidSource().next(1)).not.toBe(new UlidSource().next(1));
  });
});
