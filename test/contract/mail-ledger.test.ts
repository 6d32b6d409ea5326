import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeliveryState, MailEvent } from '../../src/mail/mail-ledger.ts';
import { mailMigrations } from '../../src/mail/mail-migrations.ts';
import { SqliteMailLedger } from '../../src/mail/sqlite-mail-ledger.ts';
import { databasePath, sqliteAt } from '../support/database.ts';

const SHOP = '/projects/shop';
const KEY = { workspace: SHOP, id: 'mail-1' };
const PLAN = { ...KEY, integration: 'sendgrid', mode: 'live' as const, reference: 'receipt-1' };

const open = (path = databasePath(), now = () => 1_000) =>
  new SqliteMailLedger(sqliteAt(path, mailMigrations), { now });

let count = 0;
function event(state: DeliveryState, more: Partial<MailEvent> = {}): MailEvent {
  count += 1;
  const { id: mailId } = KEY;
  return { eventId: `e${count}`, mailId, messageId: 'm1', recipient: 'ada@example.com', state, at: count, ...more };
}

describe('a mail', () => {
  it('is planned once, and ends as SendGrid answered', async () => {
    const ledger = open();
    expect(await ledger.get(KEY)).toBeUndefined();
    await ledger.plan(PLAN);
    expect(await ledger.get(KEY)).toEqual({
      ...PLAN,
      state: 'planned',
      messageId: undefined,
      deliveries: [],
      createdAt: 1_000,
      updatedAt: 1_000,
    });
    await ledger.end(KEY, { state: 'accepted', messageId: 'm1' });
    await ledger.plan(PLAN);
    expect(await ledger.get(KEY)).toMatchObject({ state: 'accepted', messageId: 'm1' });
  });

  it.each<[string, readonly ('accepted' | 'failed' | 'unknown')[], string]>([
    ['accepted stays', ['accepted', 'failed', 'unknown'], 'accepted'],
    ['unknown is not settled by a refusal', ['unknown', 'failed'], 'unknown'],
    ['unknown is settled by an answer', ['unknown', 'accepted'], 'accepted'],
    ['failed can be tried again', ['failed', 'accepted'], 'accepted'],
    ['failed can become unknown', ['failed', 'unknown'], 'unknown'],
  ])('%s', async (_what, states, end) => {
    const ledger = open();
    await ledger.plan(PLAN);
    for (const state of states) await ledger.end(KEY, { state });
    expect(await ledger.get(KEY)).toMatchObject({ state: end });
  });

  it('is of its workspace', async () => {
    const ledger = open();
    await ledger.plan(PLAN);
    expect(await ledger.get({ ...KEY, workspace: '/projects/other' })).toBeUndefined();
    expect(await ledger.apply('/projects/other', [event('delivered')])).toEqual({ applied: 0, known: 0, foreign: 1 });
  });
});

describe('events', () => {
  it('count once, settle what was unknown, and survive a restart', async () => {
    const path = databasePath();
    const ledger = open(path);
    await ledger.plan(PLAN);
    await ledger.end(KEY, { state: 'unknown' });
    const batch = [event('processed'), event('delivered'), event('open'), event('open')];
    expect(await ledger.apply(SHOP, batch)).toEqual({ applied: 4, known: 0, foreign: 0 });
    expect(await ledger.apply(SHOP, [...batch, event('click')])).toEqual({ applied: 1, known: 4, foreign: 0 });
    expect(await open(path).get(KEY)).toMatchObject({
      state: 'accepted',
      messageId: 'm1',
      deliveries: [{ recipient: 'ada@example.com', state: 'click', opens: 2, clicks: 1, lastEventAt: count }],
    });
  });

  it("find their mail by SendGrid's id where ours is missing, and leave the mails of others alone", async () => {
    const ledger = open();
    await ledger.plan(PLAN);
    await ledger.end(KEY, { state: 'accepted', messageId: 'm1' });
    const foreign = event('bounce', { mailId: 'mail-9', messageId: 'm9' });
    const nameless = event('bounce', { mailId: undefined, messageId: undefined });
    const counts = await ledger.apply(SHOP, [event('delivered', { mailId: undefined }), foreign, nameless]);
    expect(counts).toEqual({ applied: 1, known: 0, foreign: 2 });
    expect(await ledger.get(KEY)).toMatchObject({ deliveries: [{ state: 'delivered' }] });
  });

  it('lead to the same state in any order, in any batches, however often they come', async () => {
    const states: DeliveryState[] = ['processed', 'deferred', 'delivered', 'open', 'click', 'bounce'];
    const all = ['ada@example.com', 'bob@example.com'].flatMap((recipient) =>
      states.slice(0, recipient.startsWith('a') ? 5 : 6).map((state) => event(state, { recipient })),
    );
    const expected = [
      { recipient: 'ada@example.com', state: 'click', opens: 1, clicks: 1 },
      { recipient: 'bob@example.com', state: 'bounce', opens: 1, clicks: 1 },
    ];
    const orders = fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 });
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 1, max: 7 }), async (order, size) => {
        const ledger = open();
        await ledger.plan(PLAN);
        let applied = 0;
        for (let at = 0; at < order.length; at += size) {
          applied += (await ledger.apply(SHOP, order.slice(at, at + size))).applied;
        }
        expect(applied).toBe(all.length);
        expect(await ledger.get(KEY)).toMatchObject({ deliveries: expected });
      }),
      { numRuns: 15 },
    );
  });
});

describe('events that were taken in', () => {
  it('are forgotten when they are old, in any number, and what they said stays', async () => {
    let now = 1_000;
    const ledger = open(databasePath(), () => now);
    await ledger.plan(PLAN);
    const old = Array.from({ length: 2_500 }, () => event('open'));
    await ledger.apply(SHOP, old);
    now = 5_000;
    const young = event('click');
    await ledger.apply(SHOP, [young]);
    const limits = { maxAgeMs: 4_000, maxEvents: 1e9 };
    expect(await ledger.prune(limits)).toBe(0);
    now = 5_001;
    expect(await ledger.prune(limits)).toBe(2_500);
    expect((await ledger.get(KEY))?.deliveries).toMatchObject([{ state: 'click', opens: 2_500, clicks: 1 }]);
    expect(await ledger.apply(SHOP, [young])).toMatchObject({ known: 1 });
  });

  it('are forgotten when there are too many, the oldest first', async () => {
    let now = 1_000;
    const ledger = open(databasePath(), () => now);
    await ledger.plan(PLAN);
    const events = Array.from({ length: 5 }, () => event('open'));
    for (const each of events) {
      now += 1;
      await ledger.apply(SHOP, [each]);
    }
    expect(await ledger.prune({ maxAgeMs: 1e9, maxEvents: 2 })).toBe(3);
    expect(await ledger.prune({ maxAgeMs: 1e9, maxEvents: 2 })).toBe(0);
    expect(await ledger.apply(SHOP, events.slice(3))).toMatchObject({ known: 2, applied: 0 });
    expect(await ledger.apply(SHOP, events.slice(0, 3))).toMatchObject({ applied: 3 });
  });
});
