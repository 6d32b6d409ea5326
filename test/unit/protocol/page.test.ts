import { describe, expect, it } from 'vitest';
import { pageOf } from '../../../src/protocol/page.ts';

const all = Array.from({ length: 450 }, (_, index) => index);

describe('pageOf', () => {
  it('goes through a list once', () => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = pageOf(all, cursor);
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(all);
  });

  it.each([
    '0x10',
    '1e3',
    '',
    ' 5',
    '-1',
    '0',
    '01',
    '1.5',
    'NaN',
    '٣',
    '99999999999',
  ])('refuses the cursor %j', (cursor) => {
    expect(() => pageOf(all, cursor)).toThrow(/cursor/);
  });
});
