import { describe, expect, it } from 'vitest';
import { connectRaw, OLDER } from './raw-client.ts';

type Raw = Awaited<ReturnType<typeof connectRaw>>;

/** Longer than a look of the server takes to come. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 800));

async function remember({ call }: Raw): Promise<{ id: unknown; uri: string }> {
  const { memory_id: id } = await call('store_memory', { content: 'watch me' });
  return { id, uri: `memory://${id}` };
}

describe.each(OLDER)('subscriptions (%s)', (tongue) => {
  it('end with what was asked last, however fast it comes', async () => {
    const client = await connectRaw(tongue);
    const { id, uri } = await remember(client);
    client.ask(1, 'resources/subscribe', { uri });
    client.ask(2, 'resources/unsubscribe', { uri });
    await client.call('update_memory', { memory_id: id, content: 'changed' });
    await pause();
    expect(client.updates()).toEqual([]);
    await client.request('resources/subscribe', { uri });
    await client.request('resources/subscribe', { uri });
    await client.call('update_memory', { memory_id: id, content: 'changed again' });
    await expect.poll(client.updates, { timeout: 3_000 }).toEqual([uri]);
    await client.request('resources/unsubscribe', { uri });
    await client.call('update_memory', { memory_id: id, content: 'changed at last' });
    await pause();
    expect(client.updates()).toEqual([uri]);
  });

  it('are limited by addresses, not by requests', async () => {
    const client = await connectRaw(tongue);
    const subscribe = (n: number) => client.request('resources/subscribe', { uri: `memory://X${n}` });
    for (let n = 0; n < 100; n += 1) client.ask(`s${n}`, 'resources/subscribe', { uri: `memory://X${n}` });
    expect((await subscribe(100)).error).toMatchObject({ code: -32_602, data: { hint: expect.any(String) } });
    expect((await subscribe(3)).result).toEqual({});
    await client.request('resources/unsubscribe', { uri: 'memory://X3' });
    expect((await subscribe(100)).result).toEqual({});
  });

  it.each(['breaker://nope', 'nonsense', 'integration://stripe'])('refuse %s', async (uri) => {
    const { request } = await connectRaw(tongue);
    expect((await request('resources/subscribe', { uri })).error).toMatchObject({ code: -32_602 });
  });
});

describe('streams of the stateless protocol', () => {
  const listen = (client: Raw, id: string, uris: readonly string[]) =>
    client.ask(id, 'subscriptions/listen', { notifications: { resourceSubscriptions: uris } });
  const cancel = (client: Raw, id: string) =>
    client.send({ method: 'notifications/cancelled', params: { requestId: id } });
  const acknowledged = ({ received }: Raw) =>
    received
      .filter(({ method }) => method === 'notifications/subscriptions/acknowledged')
      .map(({ params }) => params?.['notifications']);

  it('acknowledge what is watched, and nothing else', async () => {
    const client = await connectRaw('auto, stateless');
    const { id, uri } = await remember(client);
    listen(client, 'L', [uri, 'breaker://nope', 'nonsense', uri]);
    await expect.poll(() => acknowledged(client)).toEqual([{ resourceSubscriptions: [uri, uri] }]);
    await client.call('update_memory', { memory_id: id, content: 'changed' });
    await expect.poll(client.updates, { timeout: 3_000 }).toEqual([uri]);
  });

  it('that were ended at once leave room for others', async () => {
    const client = await connectRaw('auto, stateless');
    const { id, uri } = await remember(client);
    for (let n = 0; n < 100; n += 1) {
      listen(client, `S${n}`, [`memory://X${n}`]);
      cancel(client, `S${n}`);
    }
    listen(client, 'REAL', [uri]);
    await expect.poll(() => acknowledged(client).at(-1)).toEqual({ resourceSubscriptions: [uri] });
    await client.call('update_memory', { memory_id: id, content: 'changed' });
    await expect.poll(client.updates, { timeout: 3_000 }).toEqual([uri]);
    cancel(client, 'REAL');
    await client.call('update_memory', { memory_id: id, content: 'changed again' });
    await pause();
    expect(client.updates()).toEqual([uri]);
  });

  it('say by their acknowledgement that too much is watched', async () => {
    const client = await connectRaw('auto, stateless');
    const { uri } = await remember(client);
    const many = Array.from({ length: 100 }, (_, n) => `memory://X${n}`);
    listen(client, 'MANY', many);
    listen(client, 'MORE', [uri, 'memory://X3']);
    await expect
      .poll(() => acknowledged(client))
      .toEqual([{ resourceSubscriptions: many }, { resourceSubscriptions: ['memory://X3'] }]);
    // The same id again: what it watched before is free.
    listen(client, 'MANY', []);
    listen(client, 'LATER', [uri]);
    await expect.poll(() => acknowledged(client).at(-1)).toEqual({ resourceSubscriptions: [uri] });
  });
});
