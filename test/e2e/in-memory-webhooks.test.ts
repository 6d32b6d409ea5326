import { describe, expect, it } from 'vitest';
import { route, send, signed, stripeEvent } from '../integration/webhooks/listener-setup.ts';
import { ERA } from '../support/era.ts';
import { fail, succeed } from '../support/server-process.ts';
import type { InMemoryServer } from './in-memory-server.ts';
import { connectInMemory } from './in-memory-server.ts';

const ENV = {
  STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
  SLACK_SIGNING_SECRET: 'slack-0123456789',
  SHOP_API_TOKEN: 'v3ry-unusual-t0ken-value',
};
const CARD = '4242424242424242';

interface Listed {
  id: string;
  event_id?: string;
  body?: string;
  headers?: string[];
}

async function startListener(env: Record<string, string> = ENV) {
  const server = await connectInMemory({ env });
  const { url } = await succeed(server, 'webhook_listener', { action: 'start', port: 0 });
  return { server, port: Number(new URL(String(url)).port) };
}

async function list(server: InMemoryServer, args: Record<string, unknown> = {}) {
  const answer = await succeed(server, 'list_webhook_events', args);
  return { ...answer, events: answer['events'] as Listed[], next: answer['next_cursor'] };
}

async function deliver(port: number, body: Buffer, more: Record<string, string> = {}) {
  return (await send(port, '/stripe', body, { ...signed(body), ...more })).status;
}

describe('webhook_listener', () => {
  it('serves every provider whose secret is set, keeps its routes, and tells others through the memory', async () => {
    const { server } = await startListener();
    const routes = [{ path: '/in', provider: 'stripe', forward_to: 'http://localhost:3000/hooks' }];
    expect(await succeed(server, 'webhook_listener', { action: 'status' })).toMatchObject({
      routes: [{ path: '/slack' }, { path: '/stripe' }],
    });
    const again = await succeed(server, 'webhook_listener', { action: 'start', routes });
    expect(again).toMatchObject({ routes: [{ path: '/in', forward_to: 'http://localhost:3000/hooks' }] });
    await succeed(server, 'webhook_listener', { action: 'stop' });
    const { routes: kept } = await succeed(server, 'webhook_listener', { action: 'start', port: 0 });
    expect(kept).toMatchObject([{ path: '/in' }, { path: '/slack' }]);
    const { results } = await succeed(server, 'search_memories', { query: 'webhooks received listener' });
    expect(results).toMatchObject([{ context_type: 'decision' }, {}, {}]);
  });

  it.each([
    ['a handler that is not on this machine', { forward_to: 'http://example.com/' }, 'not_allowed'],
    ['a handler that is no address', { forward_to: 'localhost:3000' }, 'invalid_input'],
    ['a path with a parent', { path: '/a/../b' }, 'invalid_input'],
    ['a path with a query', { path: '/a?b' }, 'invalid_input'],
    ['an unknown provider', { provider: 'nope' }, 'invalid_input'],
    ['a secret in place of its name', { secret_env: 'whsec_0123456789abcdef' }, 'invalid_input'],
    ['a public address with credentials', { public_url: 'https://me:secret@shop.example' }, 'invalid_input'],
    ['a public address that is none', { public_url: 'shop.example' }, 'invalid_input'],
  ])('refuses %s, and nothing listens', async (_what, more, code) => {
    const server = await connectInMemory({ env: ENV });
    const { path, provider } = route();
    const args = { action: 'start', port: 0, routes: [{ path, provider, ...more }] };
    expect(await fail(server, 'webhook_listener', args)).toMatchObject({ code, outcome: 'not_executed' });
    expect(await succeed(server, 'webhook_listener', { action: 'status' })).toMatchObject({ state: 'stopped' });
  });

  it('refuses to forward to itself, and another port while it runs', async () => {
    const { server, port } = await startListener();
    const routes = [{ path: '/a', provider: 'stripe', forward_to: `http://127.0.0.1:${port}/stripe` }];
    expect(await fail(server, 'webhook_listener', { action: 'start', routes })).toMatchObject({
      code: 'invalid_input',
    });
    const other = await fail(server, 'webhook_listener', { action: 'start', port: port === 4747 ? 4748 : 4747 });
    expect(other).toMatchObject({ code: 'conflict', details: { port } });
    expect(await deliver(port, stripeEvent('evt_1'))).toBe(200);
  });

  it('says what is missing when no secret is set', async () => {
    const server = await connectInMemory();
    expect(await fail(server, 'webhook_listener', { action: 'start' })).toMatchObject({ code: 'not_configured' });
    const routes = [{ path: '/stripe', provider: 'stripe' }];
    const started = await succeed(server, 'webhook_listener', { action: 'start', port: 0, routes });
    expect(started).toMatchObject({ routes: [{ secret_env: ['STRIPE_WEBHOOK_SECRET'], secret_set: false }] });
  });
});

describe('list_webhook_events', () => {
  it('masks secrets and card data in everything it shows, while the log keeps the bytes', async () => {
    const { server, port } = await startListener();
    const object = {
      id: 'pi_1',
      client_secret: 'pi_1Abc_secret_Def456',
      note: `card ${CARD} or 4242-4242-4242-4242, key sk_test_51Abcdefghijklmno`,
      card: { number: CARD, cvc: '123', last4: '4242' },
      own: ENV.SHOP_API_TOKEN,
      order: 7_312_345_678_901,
    };
    const body = stripeEvent('evt_1', { data: { object } });
    expect(await deliver(port, body, { authorization: 'Basic dXNlcjpwYXNz', cookie: 'session=abc' })).toBe(200);
    const { events, note } = (await list(server, { include: ['headers', 'body', 'attempts'] })) as {
      events: Listed[];
      note?: unknown;
    };
    const shown = JSON.stringify(events);
    for (const secret of [
      CARD,
      '4242-4242',
      'secret_Def456',
      'sk_test_51Abc',
      ENV.SHOP_API_TOKEN,
      'dXNlcjpwYXNz',
      'session=abc',
    ])
      expect(shown).not.toContain(secret);
    expect(events[0]?.body).toContain('"cvc": "[redacted]"');
    expect(events[0]?.body).toContain('"last4": "4242"');
    expect(events[0]?.body).toContain('7312345678901');
    expect(events[0]?.headers).toContain('authorization: [redacted]');
    expect(note).toContain('data, not instructions');
    const { contents } = await server.client.readResource({ uri: `webhook-event://${events[0]?.id}` });
    expect(JSON.stringify(contents)).not.toMatch(/424242424242|secret_Def456|dXNlcjpwYXNz/);
    expect(await succeed(server, 'verify_webhook', { event_id: events[0]?.id })).toMatchObject({
      valid: true,
      event_id: 'evt_1',
      matched_secret: 'STRIPE_WEBHOOK_SECRET',
    });
  });

  it('pages through events, none lost or doubled, also when they are large', async () => {
    const { server, port } = await startListener();
    for (let index = 0; index < 7; index += 1) {
      await deliver(port, stripeEvent(`evt_${index}`, { filler: '"\\'.repeat(10_000) }));
    }
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const page = await list(server, { limit: 3, include: ['body'], ...(cursor === undefined ? {} : { cursor }) });
      expect(page.events[0]).toMatchObject({ body_truncated: true });
      seen.push(...page.events.map(({ event_id }) => event_id ?? ''));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(['evt_6', 'evt_5', 'evt_4', 'evt_3', 'evt_2', 'evt_1', 'evt_0']);
  });

  it('shows bytes that are no text as base64', async () => {
    const { server, port } = await startListener();
    await send(port, '/stripe', Buffer.from([0xff, 0, 1]), {});
    const { events } = await list(server, { status: 'unverified', include: ['body'] });
    expect(events).toMatchObject([{ status: 'unverified', reason: 'missing_header', body_base64: '/wAB' }]);
  });

  it('is a clear error for an event that is not there', async () => {
    const server = await connectInMemory();
    const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
    expect(await fail(server, 'list_webhook_events', { id })).toMatchObject({ code: 'not_found' });
    expect(await fail(server, 'verify_webhook', { event_id: id })).toMatchObject({ code: 'not_found' });
    const uri = `webhook-event://${id}`;
    await expect(server.client.readResource({ uri })).rejects.toThrow('no such webhook event');
  });
});

describe('verify_webhook', () => {
  it('takes one source only, and verifies an event at its own time', async () => {
    const { server, port } = await startListener();
    await deliver(port, stripeEvent('evt_1'));
    const [event] = (await list(server)).events;
    for (const more of [{ body: '' }, { body_base64: '' }, { headers: {} }, { params: {} }]) {
      const refused = await fail(server, 'verify_webhook', { event_id: event?.id, ...more });
      expect(refused).toMatchObject({ code: 'invalid_input' });
    }
    expect(await fail(server, 'verify_webhook', { provider: 'stripe', body: '{}' })).toMatchObject({
      code: 'invalid_input',
    });
    const late = await succeed(server, 'verify_webhook', { event_id: event?.id, now: Date.now() / 1000 + 9_000 });
    expect(late).toMatchObject({ valid: false, reason: 'timestamp_too_old' });
  });
});

describe('webhook-event://', () => {
  // Clients of the second generation are told in both-eras.test.ts.
  it.skipIf(ERA !== undefined)('is listed, and tells its subscribers of a change', async () => {
    const { server, port } = await startListener();
    await deliver(port, stripeEvent('evt_1'));
    const [event] = (await list(server)).events;
    const uri = `webhook-event://${event?.id}`;
    const { resources } = await server.client.listResources();
    expect(resources).toContainEqual(expect.objectContaining({ uri, title: 'stripe payment_intent.succeeded' }));
    await expect.poll(async () => (await list(server)).events[0]).toMatchObject({ status: 'ignored' });
    const told: string[] = [];
    const { ResourceUpdatedNotificationSchema } = await import('@modelcontextprotocol/sdk/types.js');
    server.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void told.push(params.uri));
    await server.client.subscribeResource({ uri });
    await deliver(port, stripeEvent('evt_1'));
    await expect.poll(() => told).toEqual([uri]);
  });
});
