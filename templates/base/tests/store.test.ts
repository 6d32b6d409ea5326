import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../src/types/index.js';
import type { TemporaryStore } from './mocks/temporary-store.js';
import { createTemporaryStore } from './mocks/temporary-store.js';

let temporary: TemporaryStore;
beforeEach(async () => {
  temporary = await createTemporaryStore();
});
afterEach(() => temporary.remove());

function event(id: string, seconds: number, status: string, { rank = 0, isFinal = false } = {}): RecordedEvent {
  const change = { kind: 'payment', id: 'pi_1', status, rank, isFinal, data: { amountMinor: 1050 } };
  return { id, type: `payment.${status}`, occurredAtMs: seconds * 1000, change };
}

const HISTORY = [
  event('evt_1', 1, 'created'),
  event('evt_2', 2, 'processing', { rank: 1 }),
  event('evt_3', 2, 'failed', { rank: 2 }),
  event('evt_4', 3, 'succeeded', { isFinal: true }),
  event('evt_5', 3, 'processing', { rank: 9 }),
];

/** Every order of a list. */
function orders<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first, index) => orders(list.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}

describe('IntegrationStore', () => {
  it('records an event once', async () => {
    const { store } = temporary;
    expect(await store.record([event('evt_1', 1, 'created')])).toEqual(['evt_1']);
    expect(await store.record([event('evt_1', 9, 'changed')])).toEqual([]);
    expect(await store.find('payment', 'pi_1')).toMatchObject({ status: 'created', data: { amountMinor: 1050 } });
  });

  it('counts an event once among simultaneous deliveries', async () => {
    const { store } = temporary;
    const results = await Promise.all(Array.from({ length: 20 }, () => store.record([event('evt_1', 1, 'created')])));
    expect(results.flat()).toEqual(['evt_1']);
  });

  it('applies simultaneous events of one object, all of them', async () => {
    const { store } = temporary;
    const events = Array.from({ length: 20 }, (_, index) => event(`evt_${index}`, index, `state_${index}`));
    const results = await Promise.all(events.map((each) => store.record([each])));
    expect(results.flat()).toHaveLength(20);
    expect(await store.find('payment', 'pi_1')).toMatchObject({ status: 'state_19' });
  });

  it('comes to the same state in every order', async () => {
    const { store } = temporary;
    for (const [index, order] of orders(HISTORY).slice(0, 120).entries()) {
      const renamed = order.map((each) => ({
        ...each,
        id: `${each.id}_${index}`,
        change: each.change && { ...each.change, id: `pi_${index}` },
      }));
      await store.record(renamed);
      expect((await store.find('payment', `pi_${index}`))?.status).toBe('succeeded');
    }
  }, 30_000);

  it('takes the later of two states, whatever came first', async () => {
    const { store } = temporary;
    await store.record([event('evt_3', 2, 'failed', { rank: 2 }), event('evt_1', 1, 'created')]);
    expect(await store.find('payment', 'pi_1')).toMatchObject({
      status: 'failed',
      eventId: 'evt_3',
      occurredAtMs: 2_000,
    });
  });

  it('knows nothing of other objects', async () => {
    expect(await temporary.store.find('payment', 'pi_9')).toBe(undefined);
  });

  it('keeps what it stored', async () => {
    if (temporary.reopen === undefined) return;
    await temporary.store.record(HISTORY);
    const again = await temporary.reopen();
    expect(await again.record(HISTORY)).toEqual([]);
    expect(await again.find('payment', 'pi_1')).toMatchObject({ status: 'succeeded', isFinal: true });
  });

  it('gives a reference to one request', async () => {
    const { store } = temporary;
    expect(await store.beginRequest('order-1', 'a')).toEqual({ state: 'new' });
    expect(await store.beginRequest('order-1', 'a')).toMatchObject({ state: 'pending' });
    await expect(store.beginRequest('order-1', 'b')).rejects.toMatchObject({ name: 'ReferenceConflictError' });
    await store.finishRequest('order-1', 'pi_1');
    expect(await store.beginRequest('order-1', 'a')).toEqual({ state: 'done', result: 'pi_1' });
  });

  it('gives a reference back only while it has no result', async () => {
    const { store } = temporary;
    await store.beginRequest('order-1', 'a');
    await store.abandonRequest('order-1');
    expect(await store.beginRequest('order-1', 'b')).toEqual({ state: 'new' });
    await store.finishRequest('order-1', 'pi_1');
    await store.abandonRequest('order-1');
    expect(await store.beginRequest('order-1', 'b')).toMatchObject({ state: 'done' });
  });
});
