import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { Forwarder } from '../../../src/webhooks/listener/forward.ts';
import { delivery } from '../../support/deliveries.ts';
import { NEVER, route, SHOP, setup, startHandler } from './listener-setup.ts';

const COUNT = 100;

it('a handler that hangs holds up its own events only, and their effects not at all', async () => {
  const applied = new Set<string>();
  const effects = [
    {
      apply: async ({ eventId = '' }: { eventId?: string | undefined }) => {
        applied.add(eventId);
        return { result: 'applied' as const, note: undefined };
      },
    },
  ];
  const [hanging, quick] = [await startHandler(NEVER), await startHandler(200)];
  const { events, listener } = setup({ effects });
  for (let index = 0; index < COUNT; index += 1) {
    await events.insert(delivery(`evt_${index}`, { receivedAt: Date.now() }));
  }
  const { event } = await events.insert(delivery('evt_quick', { path: '/quick', receivedAt: Date.now() }));
  await listener.start(0, [route({ forwardTo: hanging.url }), route({ path: '/quick', forwardTo: quick.url })]);
  await expect.poll(() => applied.size).toBe(COUNT + 1);
  await expect.poll(async () => (await events.get(SHOP, event.id))?.status).toBe('processed');
  await expect.poll(() => hanging.requests.length).toBe(16);
});

it('all waiting events reach a handler that is slow, in turn and once', async () => {
  let [underWay, most] = [0, 0];
  const server = createServer((req, res) => {
    underWay += 1;
    most = Math.max(most, underWay);
    req.resume().on('end', async () => {
      await sleep(20);
      underWay -= 1;
      res.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const { events, listener } = setup();
  for (let index = 0; index < COUNT; index += 1) {
    await events.insert(delivery(`evt_${index}`, { receivedAt: Date.now() }));
  }
  await listener.start(0, [route({ forwardTo: `http://127.0.0.1:${port}/` })]);
  const statuses = async () => [...new Set((await events.list(SHOP, { limit: COUNT })).map(({ status }) => status))];
  await expect.poll(statuses).toEqual(['processed']);
  expect(most).toBe(16);
  const [event] = await events.list(SHOP, { limit: 1 });
  expect(await events.attempts(SHOP, event?.id ?? '')).toHaveLength(1);
});

it('the time to answer begins with the request, however many there are', async () => {
  const server = createServer((req, res) => {
    req.resume().on('end', () => setTimeout(() => res.end(), 300));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const forwarder = new Forwarder(1_000);
  onTestFinished(() => forwarder.close());
  const { signal } = new AbortController();
  const answers = await Promise.all(
    Array.from({ length: 80 }, () => forwarder.forward(`http://127.0.0.1:${port}/`, [], Buffer.from('{}'), signal)),
  );
  expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);
});
