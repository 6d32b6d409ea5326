import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../../src/core/log.ts';
import { operation } from '../../../src/integrations/operation.ts';
import type { RequestLedger } from '../../../src/integrations/request-ledger.ts';
import { createPaymentIntent } from '../../../src/integrations/stripe/operations/payments.ts';
import type { RunningSimulator } from '../../../src/simulator/contract.ts';
import type { FaultInput } from '../../../src/simulator/fault.ts';
import { databasePath } from '../../support/database.ts';
import { intentsAt, startStripe, TEST_KEY } from '../../support/stripe-service.ts';
import type { ClientOptions } from './call-setup.ts';
import { openClient } from './call-setup.ts';

const INPUT = { amount: 1050, currency: 'usd' };
const ORDER = { reference: 'order-1' };
const PATIENT = { retry: { base_ms: 1, max_ms: 2 }, breaker: { failure_threshold: 1000, min_calls: 10_000 } };
const DAY_MS = 24 * 3_600_000;

const keysAt = ({ requests }: RunningSimulator) =>
  requests.filter(({ method }) => method === 'POST').map(({ idempotencyKey }) => idempotencyKey);

async function setUp(options: ClientOptions & { latencyMs?: number } = {}) {
  const stripe = await startStripe({ latencyMs: options.latencyMs });
  const open = (more: ClientOptions = {}) => {
    const opened = openClient({ baseUrl: stripe.url, resilience: PATIENT }, { ...options, ...more });
    const write = (input = INPUT, write: { reference: string } = ORDER, signal?: AbortSignal) =>
      opened.client.write(createPaymentIntent, input, write, opened.context(signal === undefined ? {} : { signal }));
    return { ...opened, write };
  };
  return { stripe, open, ...open() };
}

describe('one reference', () => {
  it('is one request and one intent, however often it is asked for', async () => {
    const { stripe, write } = await setUp();
    const first = await write();
    expect(first).toMatchObject({ replayed: false, attempts: 1, data: { amount: 1050 } });
    expect(await write()).toEqual({ ...first, replayed: true, attempts: 0 });
    expect(keysAt(stripe)).toEqual([first.idempotencyKey]);
  });

  it('is one request for ten calls at the same moment', async () => {
    const { stripe, write } = await setUp({ latencyMs: 30 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => write()));
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(stripe.requests).toHaveLength(1);
  });

  it('survives a reset after the execution within one call', async () => {
    const { stripe, write } = await setUp();
    stripe.script([{ kind: 'reset_after_executing' }]);
    const answer = await write();
    expect(answer).toMatchObject({ replayed: true, attempts: 2 });
    expect(keysAt(stripe)).toEqual([answer.idempotencyKey, answer.idempotencyKey]);
    expect(await intentsAt(stripe)).toHaveLength(1);
  });

  it.each([
    'reset_after_executing',
    'drop',
    'bad_json',
    'wrong_length',
  ] as const)('stays unknown while every answer is lost (%s), and is found again with the same key', async (kind) => {
    const { stripe, write } = await setUp();
    stripe.script([{ kind, times: 3 }]);
    await expect(write()).rejects.toMatchObject({
      code: 'outcome_unknown',
      outcome: 'unknown',
      retryable: false,
      hint: expect.stringContaining('same reference'),
      details: { attempts: 3, reason: 'unavailable' },
    });
    const found = await write();
    expect(found.replayed).toBe(kind !== 'drop');
    expect(new Set(keysAt(stripe))).toEqual(new Set([found.idempotencyKey]));
    expect(await intentsAt(stripe)).toMatchObject([{ id: found.data.id }]);
  });

  it('is not executed twice, whatever faults come in whatever order', async () => {
    const { stripe, write } = await setUp();
    const kinds: FaultInput[] = [
      { kind: 'reset_after_executing' },
      { kind: 'drop' },
      { kind: 'bad_json' },
      { kind: 'wrong_length' },
      { kind: 'status', status: 500 },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 401 },
      { kind: 'status', status: 409 },
      { kind: 'status', status: 302 },
      { kind: 'rate_limit', retry_after: 0 },
    ];
    const script = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 3 })), { maxLength: 4 });
    let amount = 1000;
    await fc.assert(
      fc.asyncProperty(script, async (faults) => {
        amount += 1;
        const reference = { reference: `order-${amount}` };
        stripe.script(faults.map(([fault, times]) => ({ ...fault, times, method: 'POST' as const })));
        const ids = new Set<string>();
        for (let call = 0; call < 14; call += 1) {
          const answer = await write({ ...INPUT, amount }, reference).catch(() => undefined);
          if (answer !== undefined) ids.add(answer.data.id);
        }
        const made = (await intentsAt(stripe)).filter((intent) => intent.amount === amount);
        expect(made.map(({ id }) => id)).toEqual([...ids]);
        stripe.reset();
      }),
      { numRuns: 40 },
    );
  });
});

describe('a ledger that cannot be written', () => {
  /** Fails to keep how a request ended, as often as told. */
  function forgetful(times: number): (ledger: RequestLedger) => RequestLedger {
    let left = times;
    return (ledger) => ({
      begin: (plan) => ledger.begin(plan),
      gap: (plan) => ledger.gap(plan),
      peek: (plan) => ledger.peek(plan),
      findAbout: (workspace, id) => ledger.findAbout(workspace, id),
      async end(record, end) {
        left -= 1;
        if (left >= 0) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
        await ledger.end(record, end);
      },
    });
  }

  it('does not keep the answer from the caller; the next call finds it with the same key', async () => {
    const errors: string[] = [];
    const error = (fields: object, message: string) => void errors.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error };
    const { stripe, write, clock } = await setUp({ wrapLedger: forgetful(1), log });
    const first = await write();
    expect(first).toMatchObject({ replayed: false });
    expect(errors).toEqual([expect.stringMatching(/^ledger not written .*"reference":"order-1","state":"executed"/)]);

    clock.shiftMs += 40_000;
    expect(await write()).toMatchObject({ replayed: true, attempts: 1, data: { id: first.data.id } });
    expect(keysAt(stripe)).toEqual([first.idempotencyKey, first.idempotencyKey]);
    expect(await write()).toMatchObject({ attempts: 0 });
  });

  it('does not turn a failure into a new round', async () => {
    const { stripe, write, clock } = await setUp({ wrapLedger: forgetful(1) });
    stripe.script([{ kind: 'status', status: 401 }]);
    await expect(write()).rejects.toMatchObject({ code: 'unauthorized' });
    clock.shiftMs += 40_000;
    await write();
    expect(new Set(keysAt(stripe)).size).toBe(1);
  });

  it('at the beginning keeps the request from being sent', async () => {
    const full = Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' });
    const { stripe, write } = await setUp({
      wrapLedger: (ledger) => ({
        begin: () => Promise.reject(full),
        gap: (plan) => ledger.gap(plan),
        peek: (plan) => ledger.peek(plan),
        end: (record, end) => ledger.end(record, end),
        findAbout: (workspace, id) => ledger.findAbout(workspace, id),
      }),
    });
    await expect(write()).rejects.toBe(full);
    expect(stripe.requests).toHaveLength(0);
  });
});

describe('an unknown request', () => {
  async function unknown() {
    const setup = await setUp();
    setup.stripe.script([{ kind: 'drop', times: 3 }]);
    await expect(setup.write()).rejects.toMatchObject({ outcome: 'unknown' });
    return setup;
  }

  it('is sent again as long as the service remembers the key', async () => {
    const { stripe, write, clock } = await unknown();
    clock.shiftMs += DAY_MS - 60_000;
    const answer = await write();
    expect(new Set(keysAt(stripe))).toEqual(new Set([answer.idempotencyKey]));
  });

  it('is looked up after that, and begins anew under a new key when it was not executed', async () => {
    const { stripe, write, clock } = await unknown();
    const [key] = keysAt(stripe);
    clock.shiftMs += DAY_MS;
    const answer = await write();
    expect(answer).toMatchObject({ replayed: false, attempts: 1 });
    expect(answer.idempotencyKey).not.toBe(key);
    expect(await intentsAt(stripe)).toMatchObject([{ id: answer.data.id }]);
    expect(await write()).toMatchObject({ replayed: true, attempts: 0, data: { id: answer.data.id } });
  });

  it('is found by the lookup when it was executed, also behind many others, and nothing is sent', async () => {
    const { stripe, write, clock } = await setUp();
    stripe.script([{ kind: 'reset_after_executing', times: 3 }]);
    await expect(write()).rejects.toMatchObject({ outcome: 'unknown' });
    const [made] = await intentsAt(stripe);
    for (let other = 1; other <= 120; other += 1)
      await write({ ...INPUT, amount: other + 50 }, { reference: `o-${other}` });
    const sent = keysAt(stripe).length;
    clock.shiftMs += DAY_MS;
    expect(await write()).toMatchObject({ replayed: true, data: { id: made?.id, amount: 1050 } });
    expect(keysAt(stripe)).toHaveLength(sent);
    expect(stripe.requests.filter(({ method }) => method === 'GET').length).toBeGreaterThanOrEqual(2);
  });

  it('is not mistaken for that of another workspace with the same reference and amount', async () => {
    const { stripe, write, clock, client, context, integration } = await unknown();
    const elsewhere = context({ integration: { ...integration, workspace: '/projects/other' } });
    const other = await client.write(createPaymentIntent, INPUT, ORDER, elsewhere);
    clock.shiftMs += DAY_MS;
    const mine = await write();
    expect(mine.data.id).not.toBe(other.data.id);
    expect(await intentsAt(stripe)).toHaveLength(2);
  });

  it.each([
    { kind: 'status', status: 500 },
    { kind: 'drop' },
    { kind: 'status', status: 403 },
  ] as const)('is not sent while the lookup gives no answer (%o)', async (fault) => {
    const { stripe, write, clock } = await unknown();
    const sent = keysAt(stripe);
    stripe.script([{ ...fault, method: 'GET', times: 6 }]);
    clock.shiftMs += DAY_MS;
    for (let call = 0; call < 2; call += 1) {
      await expect(write()).rejects.toMatchObject({
        code: 'outcome_unknown',
        outcome: 'unknown',
        hint: expect.stringContaining('new reference'),
        details: { reference: 'order-1', idempotency_key: sent[0], begun_at: expect.stringMatching(/^20\d\d-/) },
      });
    }
    expect(keysAt(stripe)).toEqual(sent);
    stripe.script([]);
    expect(await write()).toMatchObject({ replayed: false });
  });

  it.each([
    ['soon after', 0],
    ['much later', 40 * DAY_MS],
    ['after the clock was set back', -240_000],
  ])('is never sent again where the service has no keys, %s', async (_when, shiftMs) => {
    const { stripe, client, context, clock } = await setUp();
    const unsafe = operation({ ...createPaymentIntent, name: 'sendOnce', repeat: 'unsafe' });
    stripe.script([{ kind: 'reset_after_executing' }]);
    const write = () => client.write(unsafe, INPUT, ORDER, context());
    await expect(write()).rejects.toMatchObject({ outcome: 'unknown', details: { attempts: 1 } });
    clock.shiftMs += shiftMs;
    await expect(write()).rejects.toMatchObject({
      code: 'outcome_unknown',
      hint: expect.stringContaining('Look it up at Stripe'),
    });
    expect(stripe.requests).toHaveLength(1);
    expect(await intentsAt(stripe)).toHaveLength(1);
  });

  it('is settled by a refusal of the request itself, and not by one at the door', async () => {
    const { stripe, write } = await unknown();
    stripe.script([
      { kind: 'status', status: 401 },
      { kind: 'status', status: 400 },
    ]);
    await expect(write()).rejects.toMatchObject({ code: 'outcome_unknown', details: { reason: 'unauthorized' } });
    await expect(write()).rejects.toMatchObject({ code: 'rejected', outcome: 'not_executed' });
    const fresh = await write();
    const keys = keysAt(stripe);
    expect(new Set(keys.slice(0, -1)).size).toBe(1);
    expect(keys.at(-1)).toBe(fresh.idempotencyKey);
    expect(keys[0]).not.toBe(fresh.idempotencyKey);
  });

  it('is what a caller that leaves in the middle leaves behind', async () => {
    const { stripe, write } = await setUp({ latencyMs: 300 });
    const controller = new AbortController();
    const left = write(INPUT, ORDER, controller.signal);
    await expect.poll(() => stripe.requests.length, { interval: 2 }).toBe(1);
    controller.abort();
    await expect(left).rejects.toMatchObject({
      code: 'cancelled',
      outcome: 'unknown',
      hint: expect.stringContaining('same reference'),
    });
    // The service has not answered yet: nobody waited for it.
    expect(stripe.requests[0]?.status).toBeUndefined();
    // Until the service has ended the first request, it refuses a second one with the same key.
    await expect
      .poll(() =>
        write().then(
          (answer) => answer.replayed,
          () => undefined,
        ),
      )
      .toBe(true);
    expect(new Set(keysAt(stripe)).size).toBe(1);
    expect(await intentsAt(stripe)).toHaveLength(1);
  });
});

describe('a lost ledger', () => {
  it('finds the payment with the same reference and refuses another one, as often as it is asked', async () => {
    const { stripe, write, open } = await setUp();
    const first = await write();
    const elsewhere = open({ path: databasePath() });
    for (let call = 0; call < 2; call += 1) {
      await expect(elsewhere.write({ ...INPUT, amount: 2000 })).rejects.toMatchObject({
        code: 'conflict',
        outcome: 'not_executed',
        hint: expect.stringContaining('first arguments'),
        details: { type: 'idempotency_error' },
      });
    }
    expect(await elsewhere.write()).toMatchObject({ replayed: true, data: { id: first.data.id } });
    expect(await intentsAt(stripe)).toHaveLength(1);
    expect(JSON.stringify(stripe.requests)).not.toContain(TEST_KEY);
  });
});
