import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Page, PageFields, Pagination } from '../../../src/integrations/pagination.ts';
import { afterItem, itemsOf, nextPage } from '../../../src/integrations/pagination.ts';
import { cpuMsOf } from '../../support/patience.ts';

const page = (more: Partial<Page>): Page => ({ fields: {}, items: [], body: {}, headers: {}, ...more });
const size = { param: 'limit', max: 2 };
const two = [{ id: 'a' }, { id: 'b' }];
const link = (header: string) => page({ items: two, headers: { link: header } });

const CASES: readonly (readonly [string, Pagination, Page, PageFields | undefined])[] = [
  [
    'the last id while there is more',
    { by: 'last-id', param: 'after', more: 'has_more' },
    page({ fields: { limit: 2 }, items: two, body: { has_more: true } }),
    { limit: 2, after: 'b' },
  ],
  [
    'no more',
    { by: 'last-id', param: 'after', more: 'has_more' },
    page({ items: two, body: { has_more: false } }),
    undefined,
  ],
  [
    'more of nothing',
    { by: 'last-id', param: 'after', more: 'has_more' },
    page({ body: { has_more: true } }),
    undefined,
  ],
  ['a token inside', { by: 'token', param: 'cursor', path: 'a.b' }, page({ body: { a: { b: 'x' } } }), { cursor: 'x' }],
  ['an empty token', { by: 'token', param: 'cursor', path: 'a.b' }, page({ body: { a: { b: '' } } }), undefined],
  ['a token of another kind', { by: 'token', param: 'cursor', path: 'a' }, page({ body: { a: { b: 1 } } }), undefined],
  ['a token of every object', { by: 'token', param: 'cursor', path: 'constructor.name' }, page({}), undefined],
  [
    'an address',
    { by: 'url', path: 'next' },
    page({ body: { next: 'https://evil.example/x?page=2&k=a&k=b' } }),
    { page: '2', k: ['a', 'b'] },
  ],
  [
    'a relative address',
    { by: 'url', path: 'next' },
    page({ body: { next: '/2010/Messages.json?Page=1' } }),
    { Page: '1' },
  ],
  ['a page that is full', { by: 'page', param: 'page', size }, page({ items: two }), { page: 2 }],
  [
    'a page that is not full',
    { by: 'page', param: 'page', size },
    page({ items: [{}], fields: { page: 3 } }),
    undefined,
  ],
  ['a page of unknown size', { by: 'page', param: 'page', first: 0 }, page({ items: [{}] }), { page: 1 }],
  ['an offset', { by: 'offset', param: 'skip', size }, page({ items: two, fields: { skip: 4 } }), { skip: 6 }],
  [
    'a link',
    { by: 'link' },
    link('<https://api.example/x?page=1>; rel="prev", <https://api.example/x?page=3>; rel="next"'),
    { page: '3' },
  ],
  ['a link without quotes', { by: 'link' }, link('<https://api.example/x?page=3>;rel=next'), { page: '3' }],
  [
    'a link with several meanings',
    { by: 'link' },
    link('<https://api.example/x?page=3>; title="a"; rel="last next"'),
    { page: '3' },
  ],
  ['a link to somewhere else', { by: 'link' }, link('<https://api.example/x?page=3>; rel="nextish"'), undefined],
];

describe('the next page', () => {
  it.each(CASES)('by %s', (_what, style, given, expected) => {
    expect(nextPage(style, given)).toEqual(expected);
  });

  it('of any header and address is fields or none, at once', async () => {
    const text = fc.string({
      unit: fc.constantFrom('<', '>', ';', ',', '"', '=', ' ', 'rel', 'next', 'a', '?', '&', '/'),
      maxLength: 3000,
    });
    await fc.assert(
      fc.asyncProperty(text, async (hostile) => {
        const took = await cpuMsOf(() => {
          nextPage({ by: 'link' }, link(hostile));
          nextPage({ by: 'url', path: 'next' }, page({ body: { next: hostile } }));
        });
        expect(took).toBeLessThan(1_000);
      }),
      { numRuns: 300 },
    );
  });
});

it('within a page goes on after an item where the service can be asked that', () => {
  const given = page({ items: two, fields: { limit: 2, skip: 4 } });
  expect(afterItem({ by: 'last-id', param: 'after', more: 'm' }, given, 0)).toEqual({ limit: 2, skip: 4, after: 'a' });
  expect(afterItem({ by: 'offset', param: 'skip' }, given, 0)).toEqual({ limit: 2, skip: 5 });
  expect(afterItem({ by: 'token', param: 'cursor', path: 'next' }, given, 0)).toBeUndefined();
});

it('finds the items of an answer, or that there are none', () => {
  expect(itemsOf({ by: 'link' }, two)).toBe(two);
  expect(itemsOf({ by: 'link', items: 'a.b' }, { a: { b: two } })).toBe(two);
  expect(itemsOf({ by: 'link' }, { error: 'x' })).toBeUndefined();
});
