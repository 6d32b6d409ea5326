import { describe, expect, it } from 'vitest';
import { serve } from '../integration/integrations/loopback-server.ts';
import { answerList, LIST_STYLES, THINGS } from '../support/list-service.ts';
import { fail, succeed } from '../support/server-process.ts';
import { connectInMemory } from './in-memory-server.ts';

interface Listed {
  items: { id: string }[];
  count: number;
  calls: number;
  next_cursor?: string;
}

/** A custom integration of a service with 1,000 things that pages in one way. */
async function openLists(style: keyof typeof LIST_STYLES) {
  const service = await serve(answerList);
  const server = await connectInMemory();
  await succeed(server, 'configure_integration', {
    service: 'custom',
    base_url: service.url.origin,
    settings: { pagination: LIST_STYLES[style], auth: 'none' },
  });
  const read = async (args: object) =>
    (await succeed(server, 'read_api', { integration: 'custom', path: `/${style}`, ...args })) as unknown as Listed;
  return { ...server, service, read };
}

const ids = ({ items }: Listed) => items.map(({ id }) => id);
const everyId = THINGS.map(({ id }) => id);
const styles = Object.keys(LIST_STYLES) as (keyof typeof LIST_STYLES)[];

describe.each(styles)('a list that continues by %s', (style) => {
  // A page that counts cannot know that the last full one is the end.
  const calls = style === 'page' || style === 'offset' ? 11 : 10;

  it('of 1,000 items is read whole in calls of 100, none lost or doubled', async () => {
    const { read, service } = await openLists(style);
    const answer = await read({ all: true, fields: ['id'] });
    expect(ids(answer)).toEqual(everyId);
    expect(answer).toMatchObject({ count: 1000, calls });
    expect(answer.next_cursor).toBeUndefined();
    expect(service.requests).toHaveLength(calls);
    expect(service.requests[0]?.url).toContain('limit=100');
  });

  it('is read in odd portions with the cursor, none lost or doubled', async () => {
    const { read } = await openLists(style);
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const answer: Listed = await read({ limit: 137, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...ids(answer));
      cursor = answer.next_cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(everyId);
  });
});

describe('a list', () => {
  it('larger than an answer is cut to whole items with a cursor', async () => {
    const { read } = await openLists('token');
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const answer: Listed = await read({ all: true, ...(cursor === undefined ? {} : { cursor }) });
      expect(JSON.stringify(answer).length).toBeLessThanOrEqual(40_000);
      found.push(...ids(answer));
      cursor = answer.next_cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(everyId);
  });

  it('refuses the cursor of another list, and one that was changed', async () => {
    const { read, ...server } = await openLists('offset');
    const { next_cursor: cursor } = await read({ limit: 5 });
    const call = { integration: 'custom', path: '/offset', cursor };
    expect(await fail(server, 'read_api', { ...call, params: { color: 'red' } })).toMatchObject({
      code: 'invalid_input',
    });
    expect(await fail(server, 'read_api', { ...call, path: '/page' })).toMatchObject({ code: 'invalid_input' });
    expect(await fail(server, 'read_api', { ...call, cursor: `${cursor?.slice(0, -4)}AAAA` })).toMatchObject({
      code: 'invalid_input',
    });
  });

  it('that names the same page for ever ends with a warning', async () => {
    const service = await serve((_request, response) => {
      response.end(JSON.stringify({ items: [{ id: 'a' }], meta: { next: 'same' } }));
    });
    const server = await connectInMemory();
    await succeed(server, 'configure_integration', {
      service: 'custom',
      base_url: service.url.origin,
      settings: { pagination: LIST_STYLES.token },
    });
    const answer = await succeed(server, 'read_api', { integration: 'custom', path: '/x', all: true });
    expect(answer).toMatchObject({ count: 2, calls: 2, warning: expect.stringContaining('same page') });
    expect(service.requests).toHaveLength(2);
  });

  it('keeps what was read when a later page fails, and goes on from there', async () => {
    const { read, service, ...server } = await openLists('page');
    let broken = true;
    const failing = await serve((request, response) => {
      if (broken && request.url?.includes('page=4')) return void response.writeHead(400).end('{}');
      return answerList(request, response);
    });
    await succeed(server, 'configure_integration', { service: 'custom', base_url: failing.url.origin });
    const answer = await read({ all: true, fields: ['id'] });
    expect(answer).toMatchObject({ count: 300, warning: expect.stringContaining('rejected') });
    broken = false;
    const rest = await read({ all: true, fields: ['id'], cursor: answer.next_cursor });
    expect([...ids(answer), ...ids(rest)]).toEqual(everyId);
    expect(service.requests).toHaveLength(0);
  });

  it('of one huge item is shortened, not refused', async () => {
    const service = await serve((_request, response) => {
      response.end(JSON.stringify({ data: [{ id: 'a', text: 'x'.repeat(200_000) }], has_more: false }));
    });
    const server = await connectInMemory();
    await succeed(server, 'configure_integration', {
      service: 'custom',
      base_url: service.url.origin,
      settings: { pagination: LIST_STYLES['last-id'] },
    });
    const answer = await succeed(server, 'read_api', { integration: 'custom', path: '/x' });
    expect(answer).toMatchObject({ count: 1, items: [{ id: 'a', text: expect.stringContaining('more characters]') }] });
  });
});
