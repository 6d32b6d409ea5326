import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { send, signed, stripeEvent } from '../integration/webhooks/listener-setup.ts';
import { AT_ONCE_MS } from '../support/patience.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { fail, startServer, succeed, temporaryFolder } from '../support/server-process.ts';

const ENV = { STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef' };

const portOf = ({ url }: Record<string, unknown>) => Number(new URL(String(url)).port);
const listener = (server: ServerProcess, action: string, more = {}) =>
  succeed(server, 'webhook_listener', { action, ...more });

async function kill(server: ServerProcess): Promise<void> {
  server.transport.child.kill('SIGKILL');
  await server.transport.exited;
}

/** The status with which a genuine event is answered; 0 while nobody listens. */
async function deliver(port: number, id: string): Promise<number> {
  const body = stripeEvent(id);
  return send(port, '/stripe', body, signed(body)).then(
    ({ status }) => status,
    () => 0,
  );
}

const listed = async (server: ServerProcess) => {
  const { events } = await succeed(server, 'list_webhook_events');
  return (events as { event_id: string }[]).map(({ event_id }) => event_id);
};

describe('one port for several servers', () => {
  it('goes from one to the next when its owner is killed, and is closed with the last', async () => {
    const folder = temporaryFolder();
    const first = await startServer(folder, ENV);
    expect(await listener(first, 'status')).toMatchObject({ state: 'stopped', routes: [] });
    const started = await listener(first, 'start', { port: 0 });
    expect(started).toMatchObject({
      state: 'running',
      routes: [{ path: '/stripe', provider: 'stripe', secret_env: ['STRIPE_WEBHOOK_SECRET'], secret_set: true }],
      memory_id: expect.any(String),
    });
    const port = portOf(started);
    // One asks, the other has done nothing but start.
    const second = await startServer(folder, ENV);
    const third = await startServer(folder, ENV);
    await third.client.listTools();
    expect(await listener(second, 'status')).toMatchObject({ state: 'running_elsewhere', url: started['url'] });
    expect(await deliver(port, 'evt_1')).toBe(200);
    expect(await listed(second)).toEqual(['evt_1']);
    await new Promise((resolve) => setTimeout(resolve, 1_200));

    let living = [first, second, third];
    while (living.length > 1) {
      const states = await Promise.all(living.map(async (server) => (await listener(server, 'status'))['state']));
      expect(states.filter((state) => state === 'running')).toHaveLength(1);
      const owner = living[states.indexOf('running')] ?? first;
      await kill(owner);
      living = living.filter((server) => server !== owner);
      const id = `evt_after_${living.length}`;
      await expect.poll(() => deliver(port, id), { interval: 50 }).toBe(200);
      for (const server of living) expect(await listed(server)).toContain(id);
    }
    for (const server of living) await kill(server);
    const last = await startServer(folder, ENV);
    expect(await listener(last, 'status')).toMatchObject({ state: 'stopped', url: started['url'] });
    expect(await deliver(port, 'evt_4')).toBe(0);
    expect(await listener(last, 'start')).toMatchObject({ state: 'running', url: started['url'] });
    expect(await deliver(port, 'evt_4')).toBe(200);
  });

  it('is stopped for all by any of them', async () => {
    const folder = temporaryFolder();
    const [first, second] = await Promise.all([startServer(folder, ENV), startServer(folder, ENV)]);
    const port = portOf(await listener(first, 'start', { port: 0 }));
    expect(await listener(second, 'start')).toMatchObject({ state: 'running_elsewhere' });
    expect(await listener(second, 'stop')).toMatchObject({ state: 'stopped' });
    await expect.poll(() => deliver(port, 'evt_1'), { interval: 50 }).toBe(0);
    expect(await listener(first, 'status')).toMatchObject({ state: 'stopped' });
  });

  it('serves several workspaces, each its own paths', async () => {
    const folder = temporaryFolder();
    const shop = await startServer(folder, { ...ENV, BREAKWATER_WORKSPACE: 'shop' });
    const blog = await startServer(folder, { ...ENV, BREAKWATER_WORKSPACE: 'blog' });
    const started = await listener(shop, 'start', { port: 0 });
    const refused = await fail(blog, 'webhook_listener', { action: 'start' });
    expect(refused).toMatchObject({
      code: 'conflict',
      message: 'The path /stripe belongs to another workspace: shop.',
      details: { path: '/stripe', workspace: 'shop' },
    });
    const routes = [{ path: '/blog/stripe', provider: 'stripe' }];
    expect(await listener(blog, 'start', { routes })).toMatchObject({
      state: 'running_elsewhere',
      url: started['url'],
    });
    const body = stripeEvent('evt_blog');
    expect((await send(portOf(started), '/blog/stripe', body, signed(body))).status).toBe(200);
    expect([await listed(shop), await listed(blog)]).toEqual([[], ['evt_blog']]);
    // Nobody of the shop is left: what is sent to it is not taken in its name.
    await kill(shop);
    await expect.poll(async () => (await listener(blog, 'status'))['state']).toBe('running');
    expect(await deliver(portOf(started), 'evt_shop')).toBe(404);
  });

  it('says when another program has the port', async () => {
    const folder = temporaryFolder();
    const other = (await import('node:http')).createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const server = await startServer(folder, ENV);
    const refused = await fail(server, 'webhook_listener', { action: 'start', port });
    expect(refused).toMatchObject({ code: 'unavailable', message: `Port ${port} is in use.` });
    expect(await listener(server, 'status')).toMatchObject({ state: 'stopped' });
    other.close();
  });
});

describe('a server that listens', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('leaves on %s in time, with open connections', async (signal) => {
    const server = await startServer(temporaryFolder(), ENV);
    const port = portOf(await listener(server, 'start', { port: 0 }));
    const { connect } = await import('node:net');
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => {}).write('POST /stripe HTTP/1.1\r\nHost: localhost\r\n');
    const startedAt = performance.now();
    server.transport.child.kill(signal);
    expect(await server.transport.exited).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
  });

  it('does not outlive its client', async () => {
    const server = await startServer(temporaryFolder(), ENV);
    const port = portOf(await listener(server, 'start', { port: 0 }));
    const startedAt = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
    expect(await deliver(port, 'evt_1')).toBe(0);
  });
});

it('is left to others by a server that may not be told to listen', { timeout: 20_000 }, async () => {
  const folder = temporaryFolder();
  const owner = await startServer(folder, ENV);
  const port = portOf(await listener(owner, 'start', { port: 0 }));
  for (const restriction of [{ BREAKWATER_READ_ONLY: '1' }, { BREAKWATER_TOOLSETS: 'memory,payments' }]) {
    const { client } = await startServer(folder, { ...ENV, ...restriction });
    await client.listTools();
    expect(client.getInstructions()).not.toContain('configure_integration');
  }
  // Long enough to have joined, as every other server does.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await kill(owner);
  for (const id of ['evt_1', 'evt_2', 'evt_3', 'evt_4']) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await deliver(port, id)).toBe(0);
  }
});
