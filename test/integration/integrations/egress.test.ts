import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, failureOf, never, post } from './http-attempt.ts';
import { serve, serveBytes } from './loopback-server.ts';

/** What every name leads to; the sink of each test listens on loopback. */
const resolver = vi.hoisted(() => ({ addresses: [{ address: '127.0.0.1', family: 4 }], asked: [] as string[] }));

vi.mock('node:dns', () => ({
  lookup(hostname: string, _options: unknown, done: (error: null, addresses: unknown) => void) {
    resolver.asked.push(hostname);
    queueMicrotask(() => done(null, resolver.addresses));
  },
}));

beforeEach(() => {
  resolver.asked = [];
  resolver.addresses = [{ address: '127.0.0.1', family: 4 }];
});

describe('a sink inside the network', () => {
  const names = ['api.stripe.com', 'localhost.', 'sub.localhost', '127.0.0.1.example.com', 'rebound.example'];
  it.each(names)('is not reached through the name %s', async (name) => {
    const { port, sockets } = await serveBytes(() => {});
    for (const allowLoopback of [true, false]) {
      const url = new URL(`https://${name}:${port}/v1/things`);
      const { failure } = await failureOf(createClient({ allowLoopback }).send(post(url), never()));
      expect(failure).toEqual({ kind: 'network', code: 'EGRESS_FORBIDDEN', sent: false });
    }
    expect(resolver.asked).toEqual([name, name]);
    expect(sockets).toHaveLength(0);
  });

  const forms = [
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    'localhost',
  ];
  it.each(forms)('is not reached in live mode as %s', async (host) => {
    const { port, sockets } = await serveBytes(() => {});
    for (const scheme of ['http', 'https']) {
      const url = new URL(`${scheme}://${host}:${port}/v1/things`);
      const sent = createClient({ allowLoopback: false }).send(post(url), never());
      await expect(sent).rejects.toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
    }
    expect(sockets).toHaveLength(0);
  });

  const written = [
    'user@127.0.0.1',
    'api.stripe.com:443@127.0.0.1',
    'api.stripe.com%2f@127.0.0.1',
    '127.0.0.1.',
    '0x7f.0.0.1',
    '017700000001',
    '%31%32%37.0.0.1',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:7f00:1]',
    '[::7f00:1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::808:808]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
  ];
  it.each(written)('is not reached in live mode written as %s', async (authority) => {
    const { port, sockets } = await serveBytes(() => {});
    for (const scheme of ['http', 'https']) {
      const url = new URL(`${scheme}://${authority}:${port}/v1/things`);
      const sent = createClient({ allowLoopback: false }).send(post(url), never());
      await expect(sent).rejects.toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
    }
    expect(sockets).toHaveLength(0);
  });

  it.each([
    301, 302, 303, 307, 308,
  ])('is not reached through a redirect with %i, not even in test mode', async (status) => {
    const sink = await serveBytes(() => {});
    const { url } = await serve((_request, response) => {
      response.writeHead(status, { location: `http://127.0.0.1:${sink.port}/latest/meta-data` }).end();
    });
    const { failure } = await failureOf(createClient({ allowLoopback: true }).send(post(url), never()));
    expect(failure).toMatchObject({ kind: 'response', status });
    expect(sink.sockets).toHaveLength(0);
  });

  it('is not reached by a name that leads elsewhere at the second look', async () => {
    const { port, sockets } = await serveBytes(() => {});
    const url = new URL(`https://rebound.example:${port}/`);
    const client = createClient();
    // A public address, where nothing answers, and then ours.
    resolver.addresses = [{ address: '192.0.2.1', family: 4 }];
    await failureOf(client.send(post(url), AbortSignal.timeout(50)));
    resolver.addresses = [{ address: '127.0.0.1', family: 4 }];
    const { failure } = await failureOf(client.send(post(url), never()));
    expect(failure).toMatchObject({ code: 'EGRESS_FORBIDDEN', sent: false });
    expect(sockets).toHaveLength(0);
  });

  it('is not reached when one of several addresses is inside', async () => {
    const { port, sockets } = await serveBytes(() => {});
    resolver.addresses = [
      { address: '192.0.2.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const { failure } = await failureOf(createClient().send(post(new URL(`https://two.example:${port}`)), never()));
    expect(failure).toMatchObject({ code: 'EGRESS_FORBIDDEN', sent: false });
    expect(sockets).toHaveLength(0);
  });

  it('is reached as localhost in test mode', async () => {
    const { port, sockets } = await serveBytes((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
    });
    const response = await createClient().send(post(new URL(`http://localhost:${port}/`)), never());
    expect([response.status, sockets.length]).toEqual([200, 1]);
  });
});
