import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startScript } from '../../support/child-script.ts';
import { databasePath } from '../../support/database.ts';
import { delivery } from '../../support/deliveries.ts';
import { route, SHOP, send, setup, signed, startHandler, stripeEvent } from './listener-setup.ts';

const OTHER = '/projects/other';

describe('what is pending when the port is opened', () => {
  it('is handed on: the work begins once the routes are known', async () => {
    const handler = await startHandler(200);
    const path = databasePath();
    const first = setup({ path });
    await first.listener.start(0, [route({ forwardTo: handler.url })]);
    await first.listener.close();
    const ids = Array.from({ length: 20 }, (_, index) => `evt_${index}`);
    for (const id of ids) await first.events.insert(delivery(id, { receivedAt: Date.now() }));
    const second = setup({ path });
    await second.listener.start(0, [route({ forwardTo: handler.url })]);
    const statuses = async () => [...new Set((await second.events.list(SHOP, { limit: 100 })).map((e) => e.status))];
    await expect.poll(statuses).toEqual(['processed']);
    expect(handler.requests).toHaveLength(ids.length);
  });

  it('waits while the listener does not run in its workspace', async () => {
    const handler = await startHandler(200);
    const path = databasePath();
    const mine = setup({ path });
    await mine.listener.start(0, [route()]);
    const theirs = setup({ path, workspace: OTHER });
    const served = [route({ workspace: OTHER, path: '/other', forwardTo: handler.url })];
    await theirs.listener.start(undefined, served);
    await theirs.listener.close();
    await mine.listener.status();
    const waiting = delivery('evt_1', { workspace: OTHER, path: '/other?a=1', receivedAt: Date.now() });
    const { event } = await theirs.events.insert(waiting);
    await sleep(700);
    expect(await theirs.events.get(OTHER, event.id)).toMatchObject({ status: 'pending' });
    await setup({ path, workspace: OTHER }).listener.start(undefined, served);
    await mine.listener.status();
    await expect.poll(() => handler.requests.length).toBe(1);
    await expect.poll(async () => (await theirs.events.get(OTHER, event.id))?.status).toBe('processed');
  });
});

describe('a route that another process adds', () => {
  it('is served from the moment at which start answered', async () => {
    const path = databasePath();
    const owner = setup({ path });
    const { port } = await owner.listener.start(0, [route()]);
    const other = setup({ path, workspace: OTHER });
    for (let round = 0; round < 3; round += 1) {
      // The owner has just read the routes.
      expect((await send(port, '/nowhere', Buffer.alloc(0), {})).status).toBe(404);
      await other.listener.start(undefined, [route({ workspace: OTHER, path: `/other-${round}` })]);
      const body = stripeEvent(`evt_${round}`);
      expect((await send(port, `/other-${round}`, body, signed(body))).status).toBe(200);
    }
  });
});

it('an event that was ignored has its effects when it comes again', async () => {
  let isConfigured = false;
  const apply = async () => ({ result: isConfigured ? ('applied' as const) : ('ignored' as const), note: undefined });
  const { events, listener } = setup({ effects: [{ apply }] });
  const { port } = await listener.start(0, [route()]);
  const status = async () => (await events.list(SHOP, { limit: 10 })).map((event) => event.status);
  const body = stripeEvent('evt_1');
  await send(port, '/stripe', body, signed(body));
  await expect.poll(status).toEqual(['ignored']);
  isConfigured = true;
  expect((await send(port, '/stripe', body, signed(body))).status).toBe(200);
  await expect.poll(status).toEqual(['processed']);
});

it('an effect that did not end is told in our words and tried again', async () => {
  let tries = 0;
  const apply = async () => {
    tries += 1;
    const unfinished = tries < 2 ? 'A hook is still open: mail.' : undefined;
    return { result: tries < 2 ? ('applied' as const) : ('already_applied' as const), note: 'Paid.', unfinished };
  };
  const { events, listener } = setup({ effects: [{ apply }], retryDelaysMs: [10] });
  const { port } = await listener.start(0, [route()]);
  const body = stripeEvent('evt_1');
  await send(port, '/stripe', body, signed(body));
  await expect.poll(async () => (await events.list(SHOP, { limit: 1 }))[0]?.status).toBe('processed');
  const [event] = await events.list(SHOP, { limit: 1 });
  expect(await events.attempts(SHOP, event?.id ?? '')).toMatchObject([
    { kind: 'effects', note: 'Paid.', error: 'A hook is still open: mail.' },
  ]);
});

it('two routes with one path are refused by name', async () => {
  const { listener } = setup();
  const twice = [route({ path: '/hooks' }), route({ path: '/hooks', provider: 'github' })];
  await expect(listener.start(0, twice)).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'Two routes have the path /hooks.',
  });
  expect(await listener.status()).toMatchObject({ state: 'stopped' });
});

it('the listener goes on when its owner is killed before anybody has noticed it, and not in a later session', async () => {
  const path = databasePath();
  const follower = setup({ path });
  expect(await follower.listener.status()).toMatchObject({ state: 'stopped' });
  const owner = startScript('listener-process.ts', path, '0', 'start');
  await owner.printed(1);
  owner.process.kill('SIGKILL');
  await owner.ended;
  expect(await setup({ path }).listener.status()).toMatchObject({ state: 'stopped' });
  const status = await follower.listener.status();
  expect(status).toMatchObject({ state: 'running', port: Number(owner.lines[0]) });
  const body = stripeEvent('evt_1');
  expect((await send(status.port, '/stripe', body, signed(body))).status).toBe(200);
});
