import type { IncomingMessage, ServerResponse } from 'node:http';

export const THINGS = Array.from({ length: 1000 }, (_, index) => ({ id: `thing_${index}`, nested: { rank: index } }));

/** The most items of a page, whatever is asked for. */
const MOST = 100;

/** A service with 1,000 things and every way to page through them; the first part of the path names the way. */
export function answerList(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://localhost');
  const style = url.pathname.slice(1);
  const size = Math.min(Number(url.searchParams.get('limit') ?? MOST), MOST);
  const from = START[style]?.(url.searchParams, size) ?? 0;
  const items = THINGS.slice(from, from + size);
  const next = from + size < THINGS.length ? from + size : undefined;
  const address =
    next === undefined ? undefined : new URL(`${url.pathname}?limit=${size}&from=${next}`, 'http://elsewhere.example');
  response.setHeader('content-type', 'application/json');
  if (style === 'link' && address !== undefined) {
    response.setHeader(
      'link',
      `<${address.href.replace(`from=${next}`, 'from=0')}>; rel="first", <${address.href}>; rel="next"`,
    );
  }
  const bodies: Readonly<Record<string, unknown>> = {
    'last-id': { data: items, has_more: next !== undefined },
    token: { items, meta: { next: next === undefined ? '' : `t${next}` } },
    link: items,
    url: { things: items, next_page_uri: address === undefined ? null : address.pathname + address.search },
    page: { data: items },
    offset: { data: items },
  };
  response.end(JSON.stringify(bodies[style] ?? { error: 'no such way' }));
}

const START: Readonly<Record<string, (query: URLSearchParams, size: number) => number>> = {
  'last-id': (query) => 1 + THINGS.findIndex(({ id }) => id === query.get('starting_after')),
  token: (query) => Number((query.get('cursor') ?? 't0').slice(1)),
  link: (query) => Number(query.get('from') ?? 0),
  url: (query) => Number(query.get('from') ?? 0),
  page: (query, size) => (Number(query.get('page') ?? 1) - 1) * size,
  offset: (query) => Number(query.get('offset') ?? 0),
};

const size = { param: 'limit', max: MOST };

/** How each way is described. */
export const LIST_STYLES = {
  'last-id': { by: 'last-id', param: 'starting_after', more: 'has_more', items: 'data', size },
  token: { by: 'token', param: 'cursor', path: 'meta.next', items: 'items', size },
  link: { by: 'link', size },
  url: { by: 'url', path: 'next_page_uri', items: 'things', size },
  page: { by: 'page', param: 'page', items: 'data', size },
  offset: { by: 'offset', param: 'offset', items: 'data', size },
} as const;
