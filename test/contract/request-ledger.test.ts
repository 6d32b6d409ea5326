import { describe, expect, it } from 'vitest';
import type { RequestPlan } from '../../src/integrations/request-ledger.ts';
import { ANSWER, begin, execute, HOUR_MS, kindOf, LEASE_MS, openLedgers, plan } from './request-ledgers.ts';

describe('a first request', () => {
  it('is written as sent, with a key, before anything else happens', async () => {
    const { ledger, other, clock } = openLedgers();
    const beginning = await ledger.begin(plan());
    expect(beginning).toMatchObject({
      kind: 'send',
      resumed: false,
      record: {
        reference: 'order-1',
        arguments: { amount: 1050, currency: 'usd' },
        state: 'sent',
        attempts: 0,
        leaseUntil: clock.time + LEASE_MS,
        createdAt: clock.time,
      },
    });
    expect(beginning.record.idempotencyKey).toMatch(/^bw-[0-9a-f]{40}$/);
    expect(await kindOf(other.begin(plan()))).toBe('wait');
  });

  it('derives the key from its scope and nothing else, so that it survives the loss of the file', async () => {
    const [one, two] = [openLedgers(), openLedgers()];
    two.clock.time += 5 * HOUR_MS;
    const first = await begin(one.ledger);
    const again = await begin(two.ledger, plan({ arguments: { amount: 7 }, leaseMs: 1 }));
    expect(again.idempotencyKey).toBe(first.idempotencyKey);
    expect(first.idempotencyKey).toBe('bw-2251186afbc6e8c5773d25d47dc9363634358207');
  });

  it('takes the key that the caller gives', async () => {
    const { ledger } = openLedgers();
    expect((await begin(ledger, plan({ idempotencyKey: 'mine' }))).idempotencyKey).toBe('mine');
  });

  const other: Partial<RequestPlan>[] = [
    { workspace: '/projects/other' },
    { integration: 'stripe-eu' },
    { mode: 'live' },
    { operation: 'refund' },
    { reference: 'order-2', allowDuplicate: true },
  ];
  it.each(other)('is another one with %o', async (change) => {
    const { ledger } = openLedgers();
    const first = await execute(ledger);
    const second = await begin(ledger, plan(change));
    expect(second.id).not.toBe(first.id);
    expect(second.idempotencyKey).not.toBe(first.idempotencyKey);
  });
});

describe('an executed request', () => {
  it('is answered from the ledger, by every process, for ever', async () => {
    const { ledger, other, clock } = openLedgers();
    const { idempotencyKey } = await execute(ledger);
    clock.time += 1000 * HOUR_MS;
    const replay = await other.begin(plan({ idempotencyKey: 'another', allowDuplicate: true }));
    expect(replay).toMatchObject({
      kind: 'replay',
      record: { state: 'executed', answer: ANSWER, requestId: 'req_1', attempts: 2, idempotencyKey, leaseUntil: null },
    });
  });

  it('does not mind the order of arguments, nor those that are undefined', async () => {
    const { ledger } = openLedgers();
    await execute(ledger, plan({ arguments: { amount: 1, metadata: { a: '1', b: '2' }, customer: undefined } }));
    expect(await kindOf(ledger.begin(plan({ arguments: { metadata: { b: '2', a: '1' }, amount: 1 } })))).toBe('replay');
  });

  it('stays so, whatever is reported later', async () => {
    const { ledger } = openLedgers();
    const record = await execute(ledger);
    for (const state of ['failed', 'unknown', 'executed'] as const) {
      await ledger.end(record, { state, answer: { id: 'pi_2' }, error: 'late', attempts: 1 });
    }
    expect(await ledger.begin(plan())).toMatchObject({ kind: 'replay', record: { answer: ANSWER, attempts: 2 } });
  });

  it.each([
    'executed',
    'unknown',
    'sent',
  ] as const)('with other arguments is a conflict that shows the difference (%s)', async (state) => {
    const { ledger } = openLedgers();
    const record = await begin(ledger, plan({ arguments: { amount: 1050, currency: 'usd', metadata: { a: '1' } } }));
    if (state !== 'sent') await ledger.end(record, { state, answer: ANSWER, attempts: 1 });
    await expect(
      ledger.begin(plan({ arguments: { amount: 2000, currency: 'usd', confirm: true } })),
    ).rejects.toMatchObject({
      code: 'conflict',
      outcome: 'not_executed',
      details: {
        differences: [
          { argument: 'amount', before: 1050, now: 2000 },
          { argument: 'metadata', before: { a: '1' }, now: null },
          { argument: 'confirm', before: null, now: true },
        ],
        state,
      },
    });
  });

  it('is found by the id of its answer, in its workspace only', async () => {
    const { ledger } = openLedgers();
    await execute(ledger);
    await execute(ledger, plan({ workspace: '/projects/other' }));
    expect(await ledger.findAbout('/projects/shop', 'pi_1')).toMatchObject([{ reference: 'order-1', answer: ANSWER }]);
    expect(await ledger.findAbout('/projects/shop', 'pi_2')).toEqual([]);
  });

  it.each([null, 'text', 7, {}, { id: 7 }])('may have an answer without an id: %j', async (answer) => {
    const { ledger } = openLedgers();
    await execute(ledger, plan(), answer);
    expect(await ledger.begin(plan())).toMatchObject({ kind: 'replay', record: { answer } });
  });
});

describe('a failed request', () => {
  it('begins a new round under a new key, also with corrected arguments', async () => {
    const { ledger, clock } = openLedgers();
    const keys: string[] = [];
    for (const amount of [1050, 1050, 2000]) {
      const record = await begin(ledger, plan({ arguments: { amount } }));
      keys.push(record.idempotencyKey);
      await ledger.end(record, { state: 'failed', error: 'rejected', attempts: 1 });
      clock.time += 1;
    }
    expect(new Set(keys).size).toBe(3);
    expect(await execute(ledger, plan({ arguments: { amount: 2000 } }))).toMatchObject({ createdAt: clock.time });
  });

  it('keeps the key that the service holds for another request, so that the first arguments find its answer', async () => {
    const { ledger } = openLedgers();
    const record = await begin(ledger, plan({ arguments: { amount: 2000 } }));
    await ledger.end(record, { state: 'failed', error: 'conflict', attempts: 1 });
    expect((await begin(ledger)).idempotencyKey).toBe(record.idempotencyKey);
  });
});

describe('a look', () => {
  it('finds what `begin` would find and begins nothing', async () => {
    const { ledger, other } = openLedgers();
    const { idempotencyKey } = await ledger.peek(plan());
    expect(await ledger.peek(plan())).toEqual({ record: undefined, idempotencyKey });
    const record = await begin(ledger);
    expect(record.idempotencyKey).toBe(idempotencyKey);
    expect(await other.peek(plan({ arguments: { amount: 7 } }))).toMatchObject({
      record: { state: 'sent' },
      idempotencyKey,
    });
    await ledger.end(record, { state: 'failed', error: 'rejected', attempts: 1 });
    const after = await ledger.peek(plan());
    expect(after.idempotencyKey).not.toBe(idempotencyKey);
    expect((await begin(ledger)).idempotencyKey).toBe(after.idempotencyKey);
  });

  it('finds every request about an object, answered or not, in its workspace only', async () => {
    const { ledger } = openLedgers();
    const about = (operation: string, args: Record<string, unknown>) => plan({ operation, arguments: args });
    await execute(ledger, about('createPaymentIntent', { amount: 1 }), { id: 'pi_1' });
    await begin(ledger, about('capturePaymentIntent', { id: 'pi_1' }));
    await execute(ledger, about('createRefund', { payment_intent: 'pi_1' }), { id: 're_1' });
    await begin(ledger, about('createRefund2', { payment_intent: 'pi_2' }));
    await begin(ledger, { ...about('createRefund', { payment_intent: 'pi_1' }), workspace: '/projects/other' });
    const found = await ledger.findAbout('/projects/shop', 'pi_1');
    expect(found.map(({ operation }) => operation)).toEqual([
      'createPaymentIntent',
      'capturePaymentIntent',
      'createRefund',
    ]);
  });
});

describe('an unknown request', () => {
  it('is resumed under the same key, whatever key the caller gives now', async () => {
    const { ledger, other } = openLedgers();
    const record = await begin(ledger);
    await ledger.end(record, { state: 'unknown', error: 'outcome_unknown', attempts: 3 });
    const resumed = await other.begin(plan({ idempotencyKey: 'another' }));
    expect(resumed).toMatchObject({
      kind: 'send',
      resumed: true,
      record: { state: 'sent', idempotencyKey: record.idempotencyKey, attempts: 3, createdAt: record.createdAt },
    });
    expect(await kindOf(ledger.begin(plan()))).toBe('wait');
  });

  it('counts the attempts of all rounds of sending', async () => {
    const { ledger } = openLedgers();
    await ledger.end(await begin(ledger), { state: 'unknown', attempts: 3 });
    await ledger.end(await begin(ledger), { state: 'executed', answer: ANSWER, attempts: 2 });
    expect((await ledger.begin(plan())).record.attempts).toBe(5);
  });
});

describe('a lease', () => {
  it('lets others wait until it ends, then one of them takes over with the same key', async () => {
    const { ledger, other, clock } = openLedgers();
    const { idempotencyKey } = await begin(ledger);
    clock.time += LEASE_MS - 1;
    expect(await kindOf(other.begin(plan()))).toBe('wait');
    clock.time += 1;
    expect(await other.begin(plan())).toMatchObject({ kind: 'send', resumed: true, record: { idempotencyKey } });
    expect(await kindOf(ledger.begin(plan()))).toBe('wait');
  });

  it('ends at once when its process is dead', async () => {
    const { ledger, other, killOwner } = openLedgers();
    const record = await begin(ledger);
    await killOwner(record);
    expect(await other.begin(plan())).toMatchObject({ kind: 'send', resumed: true });
  });

  it('names host and process, so that another machine is not mistaken for a dead process', async () => {
    const { ledger, column } = openLedgers();
    expect(await column(await begin(ledger), 'owner')).toMatch(new RegExp(`.+:${process.pid}$`));
  });

  it.each([
    'failed',
    'unknown',
  ] as const)('that was taken over has no say: %s from the former holder changes nothing', async (state) => {
    const { ledger, other, clock } = openLedgers();
    const overtaken = await begin(ledger);
    clock.time += LEASE_MS;
    const holder = await begin(other);
    await ledger.end(overtaken, { state, error: 'unavailable', attempts: 1 });
    expect(await kindOf(ledger.begin(plan()))).toBe('wait');
    await other.end(holder, { state: 'executed', answer: ANSWER, attempts: 1 });
    expect(await kindOf(ledger.begin(plan()))).toBe('replay');
  });

  it('that was taken over still brings the answer home', async () => {
    const { ledger, other, clock } = openLedgers();
    const overtaken = await begin(ledger);
    clock.time += LEASE_MS;
    await begin(other);
    await ledger.end(overtaken, { state: 'executed', answer: ANSWER, attempts: 1 });
    expect(await other.begin(plan())).toMatchObject({ kind: 'replay', record: { answer: ANSWER } });
  });

  it('is given to one of many that ask at the same moment', async () => {
    const { ledger, other } = openLedgers();
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => kindOf((index % 2 ? ledger : other).begin(plan()))),
    );
    expect(asked.filter((kind) => kind === 'send')).toHaveLength(1);
    expect(asked.filter((kind) => kind === 'wait')).toHaveLength(19);
  });
});
