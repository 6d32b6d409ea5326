import { Agent, request } from 'node:http';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import type { FaultInput } from '../../../src/simulator/fault.ts';
import { PATIENTLY, startStripe, stripeErrorOf, TEST_KEY } from './setup.ts';

const params = { amount: 1_000, currency: 'usd' };

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
  firstByteMs: number;
  endMs: number;
}

/** Bare HTTP, so that nothing repeats or explains the failure. Rejects with the error of the socket. */
function createBare(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const begin = performance.now();
  const options = {
    method: 'POST',
    agent: new Agent({ keepAlive: false }),
    headers: {
      authorization: `Bearer ${TEST_KEY}`,
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const req = request(`${url}/v1/payment_intents`, options, (res) => {
      const firstByteMs = performance.now() - begin;
      let body = '';
      res.on('data', (chunk) => {
        body += chunk;
      });
      res.on('error', reject);
      res.on('end', () => {
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          body,
          firstByteMs,
          endMs: performance.now() - begin,
        });
      });
    });
    req.on('error', reject);
    req.end('amount=1000&currency=usd');
  });
}

async function withFaults(...faults: FaultInput[]) {
  const setup = await startStripe();
  setup.simulator.script(faults);
  const count = async () => (await setup.stripe.paymentIntents.list()).data.length;
  return { ...setup, count, create: (headers = {}) => createBare(setup.simulator.url, headers) };
}

describe('faults over a real socket', () => {
  it('reset_after_executing: the client sees a reset, and the intent exists', async () => {
    const { create, count, simulator } = await withFaults({ kind: 'reset_after_executing', method: 'POST' });
    await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await count()).toBe(1);
    expect(simulator.requests[0]).toMatchObject({
      fault: 'reset_after_executing',
      path: '/v1/payment_intents',
      status: undefined,
    });
  });

  it('reset_after_executing: a repeat with the same key gets the first result', async () => {
    const { create, count } = await withFaults({ kind: 'reset_after_executing', method: 'POST' });
    await expect(create({ 'idempotency-key': 'k' })).rejects.toThrow();
    const repeat = await create({ 'idempotency-key': 'k' });
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    expect(await count()).toBe(1);
  });

  it('reset_after_executing: the official library repeats once by itself, then reports the connection', async () => {
    const { stripe, simulator, count } = await withFaults({ kind: 'reset_after_executing', method: 'POST', times: 2 });
    const error = await stripeErrorOf(stripe.paymentIntents.create(params));
    expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(await count()).toBe(1);
    const [first, second] = simulator.requests;
    expect(first?.idempotencyKey).toMatch(/^stripe-node-retry-/);
    expect(second?.idempotencyKey).toBe(first?.idempotencyKey);
  });

  it('drop: the connection ends, nothing is executed', async () => {
    const { create, count } = await withFaults({ kind: 'drop', method: 'POST' });
    await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await count()).toBe(0);
    await expect(create()).resolves.toMatchObject({ status: 200 });
  });

  it('status: answered in the words of the service, not executed', async () => {
    const { stripe, count } = await withFaults({ kind: 'status', status: 503, method: 'POST', retry_after: 7 });
    const error = await stripeErrorOf(stripe.paymentIntents.create(params));
    expect(error).toMatchObject({ statusCode: 503, rawType: 'api_error', type: 'StripeAPIError' });
    expect(error.headers?.['retry-after']).toBe('7');
    expect(error.requestId).toMatch(/^req_/);
    expect(await count()).toBe(0);
  });

  it('status: answered with given body and headers', async () => {
    const { create } = await withFaults(
      { kind: 'status', status: 502, body: '<html>Bad gateway</html>', headers: { 'Content-Type': 'text/html' } },
      { kind: 'status', status: 418, body: { teapot: true }, headers: { 'X-Short': 'stout' } },
    );
    await expect(create()).resolves.toMatchObject({
      status: 502,
      body: '<html>Bad gateway</html>',
      headers: { 'content-type': 'text/html' },
    });
    await expect(create()).resolves.toMatchObject({
      status: 418,
      body: '{"teapot":true}',
      headers: { 'x-short': 'stout' },
    });
  });

  it('status: does not poison the idempotency key', async () => {
    const { create } = await withFaults({ kind: 'status', status: 500 });
    await expect(create({ 'idempotency-key': 'k' })).resolves.toMatchObject({ status: 500 });
    const repeat = await create({ 'idempotency-key': 'k' });
    expect(repeat).toMatchObject({ status: 200 });
    expect(repeat.headers['idempotent-replayed']).toBeUndefined();
  });

  it('rate_limit: 429 with Retry-After and the reason', async () => {
    const { stripe, count } = await withFaults({ kind: 'rate_limit', method: 'POST', retry_after: 3 });
    const error = await stripeErrorOf(stripe.paymentIntents.create(params));
    expect(error).toMatchObject({ code: 'rate_limit', statusCode: 429, type: 'StripeRateLimitError' });
    expect(error.headers).toMatchObject({ 'retry-after': '3', 'stripe-rate-limited-reason': 'global-rate' });
    expect(await count()).toBe(0);
  });

  it('delay: executed later, also when the client has gone', async () => {
    const { simulator, stripe, create, count } = await withFaults(
      { kind: 'delay', ms: 150 },
      { kind: 'delay', ms: 50, method: 'POST' },
    );
    expect((await create()).endMs).toBeGreaterThanOrEqual(45);
    simulator.script([{ kind: 'delay', ms: 100, method: 'POST' }]);
    const error = await stripeErrorOf(stripe.paymentIntents.create(params, { timeout: 30 }));
    expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(await count()).toBe(1);
    await expect.poll(count, PATIENTLY).toBe(2);
  });

  it('slow_body: headers at once, the whole body late', async () => {
    const { create, count } = await withFaults({ kind: 'slow_body', ms: 200, method: 'POST' });
    const { body, firstByteMs, endMs } = await create();
    expect(JSON.parse(body)).toMatchObject({ object: 'payment_intent' });
    expect(endMs).toBeGreaterThanOrEqual(190);
    expect(endMs - firstByteMs).toBeGreaterThanOrEqual(150);
    expect(await count()).toBe(1);
  });

  it('bad_json: executed, the answer does not parse', async () => {
    const { stripe, create, count } = await withFaults({ kind: 'bad_json', method: 'POST', times: 2 });
    const { status, headers, body } = await create();
    expect([status, headers['content-length']]).toEqual([200, String(Buffer.byteLength(body))]);
    expect(() => JSON.parse(body)).toThrow(SyntaxError);
    const error = await stripeErrorOf(stripe.paymentIntents.create(params));
    expect(error.message).toBe('Invalid JSON received from the Stripe API');
    expect(await count()).toBe(2);
  });

  it('wrong_length: executed, the connection ends before the announced length', async () => {
    const { create, count } = await withFaults({ kind: 'wrong_length', method: 'POST' });
    await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await count()).toBe(1);
  });
});

describe('fault scripts', () => {
  it('matches by method and path, in order, as often as told', async () => {
    const { simulator, create } = await withFaults(
      { kind: 'status', status: 501, path_prefix: '/v1/refunds' },
      { kind: 'status', status: 502, method: 'GET' },
      { kind: 'status', status: 503, path_prefix: '/v1/payment_', times: 2 },
      { kind: 'status', status: 504 },
    );
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await create()).status);
    expect(statuses).toEqual([503, 503, 504, 200]);
    expect(simulator.requests.map(({ fault, status }) => [fault, status])).toEqual([
      ['status', 503],
      ['status', 503],
      ['status', 504],
      [undefined, 200],
    ]);
  });

  it('stays as it was when the new one is not valid', async () => {
    const { simulator, create } = await withFaults({ kind: 'status', status: 503 });
    expect(() => simulator.script([{ kind: 'status', status: 99 }])).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining('status') }),
    );
    await expect(create()).resolves.toMatchObject({ status: 503 });
  });

  it('meets many at once', async () => {
    const { create, count } = await withFaults({ kind: 'delay', ms: 50, method: 'POST', times: 40 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => create()));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await count()).toBe(10);
  });
});
