import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenOnLoopback } from '../../../src/core/listen-on-loopback.ts';
import { silentLog } from '../../../src/core/log.ts';
import { createReceiver } from '../../../src/webhooks/listener/receiver.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import { paypal } from '../../unit/webhooks/deliveries.ts';
import { NEVER, route, SHOP, schemeOf, send, setup, signed, startHandler, stripeEvent } from './listener-setup.ts';

const ALL = { limit: 100 };

async function listen(...[options, routes = [route()]]: [Parameters<typeof setup>[0]?, ReturnType<typeof route>[]?]) {
  const parts = setup(options);
  const { port } = await parts.listener.start(0, routes);
  return { ...parts, port };
}

describe('a delivery', () => {
  it('that is genuine is stored to the byte and answered 200 with nothing', async () => {
    const { events, port } = await listen();
    const body = stripeEvent('evt_1');
    const headers = signed(body);
    const answer = await send(port, '/stripe?tenant=1', body, { ...headers, 'X-Odd-Case': ['a', 'b'] });
    expect([answer.status, answer.text]).toEqual([200, '']);
    const [summary] = await events.list(SHOP, ALL);
    const event = await events.get(SHOP, summary?.id ?? '');
    expect(event).toMatchObject({
      eventId: 'evt_1',
      eventType: 'payment_intent.succeeded',
      path: '/stripe?tenant=1',
      url: `http://127.0.0.1:${port}/stripe?tenant=1`,
      verdict: { valid: true, reason: 'ok', matchedSecret: 'SECRET' },
    });
    expect(event?.body.equals(body)).toBe(true);
    expect(event?.rawHeaders.join('|')).toContain('X-Odd-Case|a|X-Odd-Case|b');
  });

  it('that comes again is counted and answered the same', async () => {
    const { events, port } = await listen();
    for (let count = 0; count < 3; count += 1) {
      const body = stripeEvent('evt_1');
      expect((await send(port, '/stripe', body, signed(body))).status).toBe(200);
    }
    expect(await events.list(SHOP, ALL)).toMatchObject([{ eventId: 'evt_1', duplicates: 2 }]);
  });

  it('under another id about the same occurrence is a duplicate, an update with other contents is not', async () => {
    const { events, port } = await listen();
    const object = { id: 'pi_1', object: 'payment_intent', amount: 1050 };
    const bodies = [
      stripeEvent('evt_1', { data: { object } }),
      stripeEvent('evt_2', { data: { object } }),
      stripeEvent('evt_3', { data: { object: { ...object, amount: 1051 } } }),
      stripeEvent('evt_4', { data: { object }, created: 2 }),
    ];
    for (const body of bodies) await send(port, '/stripe', body, signed(body));
    const stored = await events.list(SHOP, ALL);
    expect(stored.map(({ eventId, duplicates }) => [eventId, duplicates])).toEqual([
      ['evt_4', 0],
      ['evt_3', 0],
      ['evt_1', 1],
    ]);
  });

  it.each([
    ['github', 'x-github-delivery', { 'x-github-event': 'push' }, { 'x-github-event': 'issues' }, 1],
    ['twilio', 'i-twilio-idempotency-token', {}, {}, 1],
    [
      'shopify',
      'x-shopify-webhook-id',
      { 'x-shopify-topic': 'orders/create' },
      { 'x-shopify-topic': 'orders/paid' },
      2,
    ],
  ])('of %s is the same under another id, where the id is not signed', async (provider, id, first, second, count) => {
    const { events, port } = await listen({}, [route({ path: '/hook', provider })]);
    const deliver = async (body: Buffer, headers: Record<string, string>) => {
      const sent = { ...signed(body, provider, `http://127.0.0.1:${port}/hook`), ...headers };
      expect((await send(port, '/hook', body, sent)).status).toBe(200);
    };
    const body = Buffer.from(provider === 'twilio' ? 'a=1&b=2' : `{"n":1}`);
    await deliver(body, { [id]: 'd-1', ...first });
    await deliver(body, { [id]: 'd-2', ...first });
    await deliver(body, { [id]: 'd-3', ...second });
    expect(await events.list(SHOP, ALL)).toHaveLength(count);
    await deliver(Buffer.from(provider === 'twilio' ? 'a=1&b=3' : `{"n":2}`), {
      [id]: 'd-4',
      ...first,
    });
    expect(await events.list(SHOP, ALL)).toHaveLength(count + 1);
  });

  it('that is forged is kept apart and answered 400, and the genuine one is not kept out', async () => {
    const { events, port } = await listen();
    const body = stripeEvent('evt_1');
    const answer = await send(port, '/stripe', body, { 'stripe-signature': `t=1,v1=${'0'.repeat(64)}` });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      400,
      { error: 'not verified', reason: 'signature_mismatch' },
    ]);
    expect((await send(port, '/stripe', body, signed(body))).status).toBe(200);
    expect((await events.list(SHOP, ALL)).map(({ status }) => status)).toEqual([
      expect.stringMatching(/pending|ignored/),
      'unverified',
    ]);
  });

  it('whose URL is signed is verified at the public one', async () => {
    const { events, port } = await listen({}, [
      route({ path: '/square', provider: 'square', publicUrl: 'https://shop.example/hooks/' }),
    ]);
    const body = Buffer.from('{"event_id":"sq_1","type":"payment.created"}');
    const headers = signed(body, 'square', 'https://shop.example/hooks/square');
    // As a tunnel passes it on: with the name that the provider called.
    expect((await send(port, '/square', body, { ...headers, host: 'shop.example' })).status).toBe(200);
    expect(await events.list(SHOP, ALL)).toMatchObject([{ eventId: 'sq_1', url: 'https://shop.example/hooks/square' }]);
  });

  it.each([
    ['slack', { type: 'url_verification', challenge: 'abc123' }, 200, { challenge: 'abc123' }],
    [
      'zoom',
      { event: 'endpoint.url_validation', payload: { plainToken: 'abc' } },
      200,
      { plainToken: 'abc', encryptedToken: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ],
  ])('that is a challenge of %s is answered, only when it is verified', async (provider, document, status, expected) => {
    const { events, port } = await listen({}, [route({ path: '/hook', provider })]);
    const body = Buffer.from(JSON.stringify(document));
    expect((await send(port, '/hook', body, {})).status).toBe(400);
    // A good signature of an hour ago: somebody plays it again.
    const old = signed(body, provider, undefined, Date.now() - 3_600_000);
    expect((await send(port, '/hook', body, old)).status).toBe(400);
    const answer = await send(port, '/hook', body, signed(body, provider));
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, expected]);
    expect((await events.list(SHOP, ALL)).map((event) => event.status)).toEqual([
      'ignored',
      'unverified',
      'unverified',
    ]);
  });

  it('whose certificate is not at hand is answered 503, so that it is sent again', async () => {
    const { events, port } = await listen({}, [route({ path: '/paypal', provider: 'paypal' })]);
    const headers = Object.fromEntries(
      Object.entries(paypal.sign(paypal.body)).map(([name, value]) => [name, String(value)]),
    );
    const answer = await send(port, '/paypal', paypal.body, headers);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([503, { reason: 'missing_certificate' }]);
    expect(await events.list(SHOP, ALL)).toMatchObject([{ status: 'unverified' }]);
  });

  it('that cannot be stored is answered 503, so that it is sent again', async () => {
    const { events, port } = await listen();
    events.insert = () => Promise.reject(new Error('disk full'));
    const body = stripeEvent('evt_1');
    const answer = await send(port, '/stripe', body, signed(body));
    expect([answer.status, answer.text]).toEqual([503, expect.not.stringContaining('disk full')]);
  });
});

describe('the port', () => {
  it('refuses what is too large, compressed, sent otherwise, elsewhere or under a foreign name', async () => {
    const { events, port } = await listen();
    const body = stripeEvent('evt_1');
    const status = async (...args: Parameters<typeof send> extends [unknown, ...infer Rest] ? Rest : never) =>
      (await send(port, ...args)).status;
    expect(await status('/stripe', Buffer.alloc(1024 * 1024 + 1), {})).toBe(413);
    expect(await status('/stripe', body, { ...signed(body), 'content-encoding': 'gzip' })).toBe(415);
    expect(await status('/stripe', Buffer.alloc(0), {}, 'GET')).toBe(405);
    expect(await status('/nope', body, signed(body))).toBe(404);
    expect(await status('/stripe/', body, signed(body))).toBe(404);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '[::2]', '0.0.0.0']) {
      expect(await status('/stripe', body, { ...signed(body), host }), host).toBe(421);
    }
    expect(await events.list(SHOP, ALL)).toEqual([]);
    for (const host of ['localhost', `localhost:${port}`, '127.0.0.1:1', '[::1]:99']) {
      expect(await status('/stripe', body, { ...signed(body), host }), host).toBe(200);
    }
  });

  it('takes a body of exactly the limit, and an empty one', async () => {
    const { events, port } = await listen();
    expect((await send(port, '/stripe', Buffer.alloc(1024 * 1024, 32), {})).status).toBe(400);
    expect((await send(port, '/stripe', Buffer.alloc(0), {})).status).toBe(400);
    expect((await events.list(SHOP, ALL)).map(({ bodyBytes }) => bodyBytes)).toEqual([0, 1024 * 1024]);
  });

  it('sends the headers of helmet and not its own name', async () => {
    const { port } = await listen();
    const { headers } = await send(port, '/stripe', Buffer.from('{}'), {});
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('gives up senders that trickle', async () => {
    const receive = () => Promise.resolve({ status: 200 });
    const routeAt = async () => ({
      ...route(),
      webhook: { scheme: schemeOf('stripe'), secretNames: [] },
      trustedSecrets: [],
      otherSecrets: [],
    });
    const parts = { isPublicHost: () => false, routeAt, receive, log: silentLog };
    const timeouts = { headersTimeout: 150, requestTimeout: 300, connectionsCheckingInterval: 50 };
    const server = createReceiver(parts, timeouts);
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const port = await listenOnLoopback(server, 0);
    expect(createReceiver(parts)).toMatchObject({ headersTimeout: 5_000, requestTimeout: 10_000 });
    for (const start of ['', 'Content-Length: 100\r\n\r\n{']) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {}).resume();
      socket.write(`POST /stripe HTTP/1.1\r\nHost: localhost\r\n${start}`);
      const trickle = setInterval(() => socket.write('x'), 20);
      // Not `once` of node:events, which an error ends: a write can meet a connection that was just reset.
      await new Promise((resolve) => socket.once('close', resolve));
      clearInterval(trickle);
    }
  });
});

describe('forwarding', () => {
  it('hands on the very bytes and headers', async () => {
    const handler = await startHandler(200);
    const { events, port } = await listen({}, [route({ forwardTo: handler.url })]);
    const body = Buffer.from('{"id":"evt_1","object":"event",  "type":"a.b"}\r\n\u0000');
    const headers = {
      ...signed(body),
      'X-Odd-Case': ['a', 'b'],
      'Transfer-Encoding': 'chunked',
      Connection: 'X-Hop',
      'X-Hop': '1',
    };
    expect((await send(port, '/stripe', body, headers)).status).toBe(200);
    await expect.poll(() => handler.requests.length).toBe(1);
    const [request] = handler.requests;
    expect(request?.body.equals(body)).toBe(true);
    expect(request?.url).toBe('/hooks?from=breakwater');
    const kept = request?.rawHeaders.join('|') ?? '';
    expect(kept).toContain('X-Odd-Case|a|X-Odd-Case|b');
    expect(kept).toContain(`stripe-signature|${headers['stripe-signature' as keyof typeof headers]}`);
    expect(kept).not.toMatch(/X-Hop|chunked/);
    await expect.poll(async () => (await events.list(SHOP, ALL))[0]?.status).toBe('processed');
    const [event] = await events.list(SHOP, ALL);
    expect(await events.attempts(SHOP, event?.id ?? '')).toMatchObject([
      { kind: 'forward', target: handler.url, status: 200, error: undefined },
    ]);
  });

  it('is repeated until the handler takes it, once per event', async () => {
    const handler = await startHandler(500, 404, 204);
    const { events, port } = await listen({ retryDelaysMs: [20, 20, 20] }, [route({ forwardTo: handler.url })]);
    for (let count = 0; count < 3; count += 1) {
      const body = stripeEvent('evt_1');
      await send(port, '/stripe', body, signed(body));
    }
    await expect.poll(async () => (await events.list(SHOP, ALL))[0]?.status).toBe('processed');
    const [event] = await events.list(SHOP, ALL);
    const attempts = await events.attempts(SHOP, event?.id ?? '');
    expect(attempts.map(({ status, error }) => [status, error])).toEqual([
      [500, 'The handler did not answer 2xx.'],
      [404, 'The handler did not answer 2xx.'],
      [204, undefined],
    ]);
    expect(handler.requests).toHaveLength(3);
  });

  it('fails when the attempts are used up, and says why', async () => {
    const { events, port } = await listen({ retryDelaysMs: [10] }, [route({ forwardTo: 'http://127.0.0.1:1/' })]);
    const body = stripeEvent('evt_1');
    await send(port, '/stripe', body, signed(body));
    await expect.poll(async () => (await events.list(SHOP, ALL))[0]?.status).toBe('failed');
    const [event] = await events.list(SHOP, ALL);
    expect(await events.attempts(SHOP, event?.id ?? '')).toMatchObject([
      { status: undefined, error: 'Nothing listens at the address of the handler.' },
      { status: undefined, error: 'Nothing listens at the address of the handler.' },
    ]);
  });

  it('goes on after a restart', async () => {
    const first = await listen({ retryDelaysMs: [300, 10] }, [route({ forwardTo: 'http://127.0.0.1:1/' })]);
    const body = stripeEvent('evt_1');
    await send(first.port, '/stripe', body, signed(body));
    const id = (await first.events.list(SHOP, ALL))[0]?.id ?? '';
    await expect.poll(async () => (await first.events.attempts(SHOP, id)).length).toBe(1);
    await first.listener.close();
    const handler = await startHandler(200);
    const second = await listen({ path: first.path }, [route({ forwardTo: handler.url })]);
    await expect.poll(() => handler.requests.length).toBe(1);
    await expect.poll(async () => (await second.events.get(SHOP, id))?.status).toBe('processed');
    expect(await second.events.attempts(SHOP, id)).toHaveLength(2);
  });

  it('leaves out what is not verified, unless the route asks for it', async () => {
    const handler = await startHandler(200);
    const { events, port } = await listen({}, [
      route({ forwardTo: handler.url }),
      route({ path: '/open', forwardTo: handler.url, forwardUnverified: true }),
    ]);
    await send(port, '/stripe', Buffer.from('{"n":1}'), {});
    expect((await send(port, '/open', Buffer.from('{"n":2}'), {})).status).toBe(400);
    await expect.poll(() => handler.requests.map(({ body }) => body.toString())).toEqual(['{"n":2}']);
    expect((await events.list(SHOP, ALL)).map(({ status }) => status)).toEqual(['unverified', 'unverified']);
  });

  it('of one that does not answer keeps the others waiting for nothing', async () => {
    const handler = await startHandler(NEVER);
    const { events, listener, port } = await listen({}, [route({ forwardTo: handler.url }), route({ path: '/quick' })]);
    for (const [id, path] of [
      ['evt_slow', '/stripe'],
      ['evt_quick', '/quick'],
    ] as const) {
      const body = stripeEvent(id);
      expect((await send(port, path, body, signed(body))).status).toBe(200);
    }
    await expect.poll(() => handler.requests.length).toBe(1);
    const statuses = async () => (await events.list(SHOP, ALL)).map(({ status }) => status);
    await expect.poll(statuses).toEqual(['ignored', 'pending']);
    const startedAt = performance.now();
    await listener.close();
    expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
    // The server left, not the handler: nothing is held against it.
    const [slow] = await events.list(SHOP, { type: 'payment_intent.succeeded', status: 'pending', limit: 1 });
    expect(await events.attempts(SHOP, slow?.id ?? '')).toEqual([]);
  });
});

describe('effects', () => {
  it('are applied to verified events only, and logged when they did something', async () => {
    const seen: string[] = [];
    const effects = [
      {
        apply: async ({ eventId }: { eventId: string | undefined }) => {
          seen.push(eventId ?? '');
          return { result: 'applied' as const, note: 'Payment pi_1 succeeded.' };
        },
      },
    ];
    const { events, port } = await listen({ effects });
    const body = stripeEvent('evt_1');
    await send(port, '/stripe', stripeEvent('evt_forged'), {});
    await send(port, '/stripe', body, signed(body));
    await expect.poll(async () => (await events.list(SHOP, ALL))[0]?.status).toBe('processed');
    expect(seen).toEqual(['evt_1']);
    const [event] = await events.list(SHOP, ALL);
    expect(await events.attempts(SHOP, event?.id ?? '')).toMatchObject([
      { kind: 'effects', note: 'Payment pi_1 succeeded.' },
    ]);
  });

  it('that are none say why, once', async () => {
    const explained = { apply: async () => ({ result: 'ignored' as const, note: 'A thin event: fetch it.' }) };
    const silent = { apply: async () => ({ result: 'ignored' as const, note: undefined }) };
    const handler = await startHandler(500);
    const options = { effects: [silent, explained], retryDelaysMs: [10] };
    const { events, port } = await listen(options, [route({ forwardTo: handler.url })]);
    const body = stripeEvent('evt_1');
    await send(port, '/stripe', body, signed(body));
    await expect.poll(async () => (await events.list(SHOP, ALL))[0]?.status).toBe('failed');
    const [event] = await events.list(SHOP, ALL);
    const attempts = await events.attempts(SHOP, event?.id ?? '');
    expect(attempts.map(({ kind, note }) => [kind, note])).toEqual([
      ['effects', 'A thin event: fetch it.'],
      ['forward', undefined],
      ['forward', undefined],
    ]);
  });

  it('that fail are tried again, and what was forwarded is not sent twice', async () => {
    let calls = 0;
    const effects = [
      {
        apply: async () => {
          calls += 1;
          if (calls < 3) throw new Error('locked');
          return { result: 'applied' as const, note: undefined };
        },
      },
    ];
    const handler = await startHandler(200);
    const { events, port } = await listen({ effects, retryDelaysMs: [10, 10] }, [route({ forwardTo: handler.url })]);
    const body = stripeEvent('evt_1');
    await send(port, '/stripe', body, signed(body));
    await expect.poll(async () => (await events.list(SHOP, ALL))[0]?.status).toBe('processed');
    expect([calls, handler.requests.length]).toEqual([3, 1]);
  });
});
