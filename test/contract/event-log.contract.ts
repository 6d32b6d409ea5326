import { describe, expect, it } from 'vitest';
import type { EventAttempt, EventLog } from '../../src/webhooks/event-log.ts';
import { delivery, FORGED, VALID } from '../support/deliveries.ts';

const SHOP = '/projects/shop';
const NOW = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const ALL = { limit: 100 };

/** What every event log promises. `open` gives a new log whose clock stands at `now()`; `reopen` the same one as another process sees it. */
export function eventLogContract(open: (now: () => number) => { log: EventLog; reopen: () => EventLog }): void {
  const openLog = () => open(() => NOW);

  function attempt(eventId: string, more: Partial<EventAttempt> = {}): EventAttempt {
    return {
      eventId,
      kind: 'forward',
      target: 'http://127.0.0.1:3000/hooks',
      status: 200,
      error: undefined,
      note: undefined,
      startedAt: NOW,
      tookMs: 1.5,
      ...more,
    };
  }

  describe('storing', () => {
    it('keeps every byte and header as it came, for other processes too', async () => {
      const { log, reopen } = openLog();
      const body = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
      const { event, isNew } = await log.insert(delivery('evt_1', { body, url: 'https://shop.example/stripe?a=1' }));
      expect(isNew).toBe(true);
      const kept = await reopen().get(SHOP, event.id);
      expect(kept?.body.equals(body)).toBe(true);
      expect(kept).toEqual(event);
      expect(kept).toEqual({
        id: expect.stringMatching(/^[0-9A-Z]{26}$/),
        workspace: SHOP,
        provider: 'stripe',
        path: '/stripe',
        url: 'https://shop.example/stripe?a=1',
        rawHeaders: ['Content-Type', 'application/json', 'X-Twice', 'a', 'X-Twice', 'b'],
        body,
        bodyBytes: 512,
        verdict: VALID,
        eventId: 'evt_1',
        eventType: 'payment_intent.succeeded',
        receivedAt: NOW,
        status: 'pending',
        duplicates: 0,
        lastDuplicateAt: undefined,
      });
    });

    it('stores what wants only an answer as ignored, and empty bodies', async () => {
      const { log } = openLog();
      const { event } = await log.insert(delivery(undefined, { body: Buffer.alloc(0) }), 'ignored');
      expect(await log.get(SHOP, event.id)).toMatchObject({ status: 'ignored', bodyBytes: 0, eventId: undefined });
      expect(await log.pending(NOW, 10)).toEqual([]);
    });

    it('keeps workspaces apart', async () => {
      const { log } = openLog();
      const { event } = await log.insert(delivery('evt_1'));
      const other = await log.insert(delivery('evt_1', { workspace: '/projects/other' }));
      expect(other.isNew).toBe(true);
      expect(await log.get('/projects/other', event.id)).toBeUndefined();
      expect(await log.list(SHOP, ALL)).toHaveLength(1);
    });
  });

  describe('duplicates', () => {
    it('are counted with the last time, and the first delivery stays', async () => {
      const { log, reopen } = openLog();
      const first = await log.insert(delivery('evt_1'));
      await reopen().insert(delivery('evt_1', { receivedAt: NOW + 9, body: Buffer.from('{"pending_webhooks":0}') }));
      const third = await log.insert(delivery('evt_1', { receivedAt: NOW + 5 }));
      expect(third).toMatchObject({
        isNew: false,
        event: { id: first.event.id, duplicates: 2, lastDuplicateAt: NOW + 9 },
      });
      expect((await log.get(SHOP, first.event.id))?.body).toEqual(delivery('evt_1').body);
      expect(await log.list(SHOP, ALL)).toHaveLength(1);
    });

    it('are found among deliveries at the same time, from two processes', async () => {
      const { log, reopen } = openLog();
      const sides = [log, reopen()];
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, index) => sides[index % 2]?.insert(delivery(`evt_${index % 4}`))),
      );
      expect(results.filter((result) => result?.isNew)).toHaveLength(4);
      expect((await log.list(SHOP, ALL)).map(({ duplicates }) => duplicates)).toEqual([9, 9, 9, 9]);
    });

    it.each([
      ['another id', { eventId: 'evt_2' }],
      ['another type under the same id', { eventType: 'payment_intent.canceled' }],
      ['another provider', { provider: 'acme' }],
    ])('are not %s', async (_what, more) => {
      const { log } = openLog();
      await log.insert(delivery('evt_1'));
      expect((await log.insert(delivery('evt_1', more))).isNew).toBe(true);
    });

    it('without an id are the same bytes', async () => {
      const { log } = openLog();
      const bytes = (text: string) => delivery(undefined, { body: Buffer.from(text) });
      expect((await log.insert(bytes('a=1'))).isNew).toBe(true);
      expect((await log.insert(bytes('a=1'))).isNew).toBe(false);
      expect((await log.insert(bytes('a=1\r\n'))).isNew).toBe(true);
    });

    it('of a list are the same bytes: the id is only that of its first event', async () => {
      const { log } = openLog();
      const batch = (text: string) => delivery('sg_1', { provider: 'sendgrid', body: Buffer.from(text) });
      expect((await log.insert(batch('[{"sg_event_id":"sg_1"}]'))).isNew).toBe(true);
      expect((await log.insert(batch('\r\n[{"sg_event_id":"sg_1"},{"sg_event_id":"sg_2"}]'))).isNew).toBe(true);
      expect((await log.insert(batch('[{"sg_event_id":"sg_1"}]'))).isNew).toBe(false);
    });

    it('may have another id where they tell of the same occurrence', async () => {
      const { log } = openLog();
      const first = await log.insert(delivery('evt_1', { occurrence: 'one' }));
      const second = await log.insert(delivery('evt_2', { occurrence: 'one' }));
      expect(second).toMatchObject({ isNew: false, event: { id: first.event.id, duplicates: 1 } });
      expect((await log.insert(delivery('evt_3', { occurrence: 'two' }))).isNew).toBe(true);
    });
  });

  describe('unverified deliveries', () => {
    it('never stand for an event: the genuine one is stored, and theirs is not applied', async () => {
      const { log } = openLog();
      const forged = await log.insert(delivery('evt_1', { verdict: FORGED, occurrence: 'one' }));
      expect(forged.event).toMatchObject({ status: 'unverified', verdict: FORGED });
      const genuine = await log.insert(delivery('evt_1', { occurrence: 'one' }));
      expect(genuine).toMatchObject({ isNew: true, event: { status: 'pending', duplicates: 0 } });
      await log.insert(delivery('evt_1', { verdict: FORGED }));
      expect(await log.get(SHOP, genuine.event.id)).toMatchObject({ duplicates: 0 });
      expect(await log.pending(NOW, 10)).toMatchObject([{ id: genuine.event.id }]);
      expect(await log.get(SHOP, forged.event.id)).toMatchObject({ duplicates: 1 });
    });

    it('stay so', async () => {
      const { log } = openLog();
      const { event } = await log.insert(delivery('evt_1', { verdict: FORGED }), 'ignored');
      await log.setStatus(SHOP, event.id, 'pending');
      expect(await log.get(SHOP, event.id)).toMatchObject({ status: 'unverified', verdict: FORGED });
    });

    it('are limited, so that a flood pushes out only others of its kind', async () => {
      const { log } = openLog();
      const genuine = await log.insert(delivery('evt_genuine'));
      const flood = (from: number, count: number) =>
        Promise.all(
          Array.from({ length: count }, (_, index) => log.insert(delivery(`evt_${from + index}`, { verdict: FORGED }))),
        );
      await flood(0, 300);
      await flood(300, 300);
      const kept = await log.list(SHOP, { status: 'unverified', limit: 1_000 });
      expect(kept).toHaveLength(500);
      expect(kept[0]).toMatchObject({ eventId: 'evt_599' });
      expect(kept.at(-1)).toMatchObject({ eventId: 'evt_100' });
      expect(await log.get(SHOP, genuine.event.id)).toBeDefined();
    });

    it('are limited in bytes, the newest stays', async () => {
      const { log } = openLog();
      for (let index = 0; index < 5; index += 1) {
        const body = Buffer.alloc(12 * 1024 * 1024, index);
        await log.insert(delivery(undefined, { verdict: FORGED, body }));
      }
      expect(await log.list(SHOP, { status: 'unverified', limit: 10 })).toHaveLength(2);
    });
  });

  describe('listing', () => {
    it('goes from new to old, in pages, and by what an event is', async () => {
      const { log } = openLog();
      for (let index = 0; index < 6; index += 1) {
        const more = index % 2 ? { provider: 'github', eventType: 'push' } : {};
        await log.insert(delivery(`evt_${index}`, { receivedAt: NOW + index, ...more }));
      }
      const ids = async (filter: object) =>
        (await log.list(SHOP, { limit: 100, ...filter })).map(({ eventId }) => eventId);
      expect(await ids({})).toEqual(['evt_5', 'evt_4', 'evt_3', 'evt_2', 'evt_1', 'evt_0']);
      const [, last] = await log.list(SHOP, { limit: 2 });
      expect(await ids({ before: last?.id, limit: 2 })).toEqual(['evt_3', 'evt_2']);
      expect(await ids({ provider: 'github' })).toEqual(['evt_5', 'evt_3', 'evt_1']);
      expect(await ids({ type: 'push', since: NOW + 3 })).toEqual(['evt_5', 'evt_3']);
      expect(await ids({ status: 'failed' })).toEqual([]);
      expect((await log.list(SHOP, { limit: 1 }))[0]).not.toHaveProperty('body');
    });
  });

  describe('pending events', () => {
    it('are those of every workspace that are due, oldest first, until their status says otherwise', async () => {
      const { log, reopen } = openLog();
      const one = await log.insert(delivery('evt_1'));
      const two = await log.insert(delivery('evt_2', { workspace: '/projects/other', receivedAt: NOW + 1 }));
      const due = async (now: number) => (await reopen().pending(now, 10)).map(({ eventId }) => eventId);
      expect(await due(NOW)).toEqual(['evt_1']);
      expect(await due(NOW + 1)).toEqual(['evt_1', 'evt_2']);
      await log.setStatus(SHOP, one.event.id, 'pending', NOW + 100);
      expect(await due(NOW + 99)).toEqual(['evt_2']);
      expect(await due(NOW + 100)).toEqual(['evt_2', 'evt_1']);
      expect(await log.pending(NOW + 100, 1)).toMatchObject([{ eventId: 'evt_2' }]);
      await log.setStatus('/projects/other', two.event.id, 'processed');
      await log.setStatus(SHOP, one.event.id, 'failed');
      expect(await due(NOW + 999)).toEqual([]);
      expect(await log.get(SHOP, one.event.id)).toMatchObject({ status: 'failed' });
    });

    it('do not wait until a clock that was set back catches up', async () => {
      const { log } = openLog();
      const { event } = await log.insert(delivery('evt_1'));
      const due = async (now: number) => (await log.pending(now, 10)).map(({ eventId }) => eventId);
      expect(await due(NOW - DAY_MS)).toEqual(['evt_1']);
      await log.setStatus(SHOP, event.id, 'pending', NOW + 600_000);
      expect(await due(NOW)).toEqual([]);
      expect(await due(NOW - 1)).toEqual(['evt_1']);
    });

    it('are not brought back by a duplicate', async () => {
      const { log } = openLog();
      const { event } = await log.insert(delivery('evt_1'));
      await log.setStatus(SHOP, event.id, 'processed');
      expect((await log.insert(delivery('evt_1'))).event.status).toBe('processed');
      expect(await log.pending(NOW, 10)).toEqual([]);
    });
  });

  describe('attempts', () => {
    it('are kept in order with all they say', async () => {
      const { log, reopen } = openLog();
      const { event } = await log.insert(delivery('evt_1'));
      const first = attempt(event.id, { status: undefined, error: 'Connection refused.' });
      const second = attempt(event.id, {
        kind: 'effects',
        target: undefined,
        status: undefined,
        note: 'Payment applied.',
      });
      await log.addAttempt(SHOP, first);
      await log.addAttempt(SHOP, second);
      expect(await reopen().attempts(SHOP, event.id)).toEqual([first, second]);
      expect(await log.attempts('/projects/other', event.id)).toEqual([]);
    });

    it('of an event that is gone are no failure', async () => {
      const { log } = openLog();
      await log.addAttempt(SHOP, attempt('01ARZ3NDEKTSV4RRFFQ69G5FAV'));
      expect(await log.attempts(SHOP, '01ARZ3NDEKTSV4RRFFQ69G5FAV')).toEqual([]);
    });

    it('keep to the newest 200', async () => {
      const { log } = openLog();
      const { event } = await log.insert(delivery('evt_1'));
      await Promise.all(
        Array.from({ length: 230 }, (_, index) => log.addAttempt(SHOP, attempt(event.id, { startedAt: index }))),
      );
      const kept = await log.attempts(SHOP, event.id);
      expect(kept).toHaveLength(200);
      expect([kept[0]?.startedAt, kept.at(-1)?.startedAt]).toEqual([30, 229]);
    });
  });

  describe('retention', () => {
    it('deletes what is too old with its attempts, never what is pending', async () => {
      let now = NOW;
      const { log } = open(() => now);
      const done = await log.insert(delivery('evt_done'));
      await log.insert(delivery('evt_pending'));
      await log.insert(delivery('evt_forged', { verdict: FORGED }));
      const young = await log.insert(delivery('evt_young', { receivedAt: NOW + 2 * DAY_MS }));
      for (const { event } of [done, young]) await log.setStatus(SHOP, event.id, 'processed');
      await log.addAttempt(SHOP, attempt(done.event.id));
      now = NOW + 3 * DAY_MS;
      expect(await log.prune({ maxAgeMs: 2 * DAY_MS, maxBytes: 1e9 })).toBe(2);
      expect((await log.list(SHOP, ALL)).map(({ eventId }) => eventId)).toEqual(['evt_young', 'evt_pending']);
      expect(await log.attempts(SHOP, done.event.id)).toEqual([]);
      // What was forgotten may come again.
      expect((await log.insert(delivery('evt_done'))).isNew).toBe(true);
    });

    it('deletes the oldest until the rest fits', async () => {
      const { log } = openLog();
      for (let index = 0; index < 450; index += 1) {
        const { event } = await log.insert(
          delivery(`evt_${index}`, { body: Buffer.alloc(1_000), rawHeaders: [], receivedAt: NOW + index }),
        );
        if (index > 0) await log.setStatus(SHOP, event.id, 'ignored');
      }
      expect(await log.prune({ maxAgeMs: DAY_MS, maxBytes: 100 * 1_002 })).toBe(350);
      const kept = await log.list(SHOP, { limit: 1_000 });
      expect([kept.length, kept[0]?.eventId, kept.at(-2)?.eventId, kept.at(-1)?.eventId]).toEqual([
        100,
        'evt_449',
        'evt_351',
        'evt_0',
      ]);
      expect(await log.prune({ maxAgeMs: DAY_MS, maxBytes: 100 * 1_002 })).toBe(0);
    });
  });
}
