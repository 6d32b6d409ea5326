import { describe, expect, it } from 'vitest';
import { createStripeSimulator } from '../../../src/integrations/stripe/simulator/index.ts';
import { pay, post, startStripe, stripeErrorOf } from './setup.ts';

const HOUR_MS = 60 * 60 * 1000;
const params = { amount: 1_000, currency: 'usd' };

describe('idempotency keys (https://docs.stripe.com/api/idempotent_requests)', () => {
  it('replays the first result and says so', async () => {
    const { stripe } = await startStripe();
    const first = await stripe.paymentIntents.create(params, { idempotencyKey: 'key-1' });
    const second = await stripe.paymentIntents.create(params, { idempotencyKey: 'key-1' });
    expect(second.id).toBe(first.id);
    expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
    const [before, after] = [first.lastResponse.headers, second.lastResponse.headers];
    expect(before['idempotent-replayed']).toBeUndefined();
    expect(after['idempotent-replayed']).toBe('true');
    expect(after['idempotency-key']).toBe('key-1');
    expect(after['original-request']).toBe(before['request-id']);
    expect(after['request-id']).not.toBe(before['request-id']);
  });

  it('executes twice under two keys, and without a key', async () => {
    const { simulator, stripe } = await startStripe();
    await stripe.paymentIntents.create(params, { idempotencyKey: 'a' });
    await stripe.paymentIntents.create(params, { idempotencyKey: 'b' });
    const bare = await post(`${simulator.url}/v1/payment_intents`, { amount: '1000', currency: 'usd' });
    expect(bare.headers.get('idempotency-key')).toBeNull();
    expect((await stripe.paymentIntents.list()).data).toHaveLength(3);
  });

  it('replays a decline without another charge', async () => {
    const { stripe } = await startStripe();
    const attempt = () =>
      stripeErrorOf(
        stripe.paymentIntents.create(
          { ...params, payment_method: 'pm_card_visa_chargeDeclined', confirm: true },
          { idempotencyKey: 'key-declined' },
        ),
      );
    const [first, second] = [await attempt(), await attempt()];
    expect(second).toMatchObject({ statusCode: 402, code: 'card_declined', charge: first.charge });
    expect(second.headers?.['idempotent-replayed']).toBe('true');
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });

  it('replays errors of the execution, such as a missing object', async () => {
    const { stripe } = await startStripe();
    const attempt = () =>
      stripeErrorOf(
        stripe.paymentIntents.create({ ...params, customer: 'cus_none' }, { idempotencyKey: 'key-missing' }),
      );
    expect(await attempt()).toMatchObject({ code: 'resource_missing', param: 'customer', statusCode: 400 });
    expect((await attempt()).headers?.['idempotent-replayed']).toBe('true');
  });

  it('refuses a key with other parameters or at another endpoint', async () => {
    const { stripe } = await startStripe();
    const intent = await stripe.paymentIntents.create(params, { idempotencyKey: 'key-2' });
    const other = await stripeErrorOf(
      stripe.paymentIntents.create({ ...params, amount: 1_001 }, { idempotencyKey: 'key-2' }),
    );
    expect(other).toMatchObject({ type: 'StripeIdempotencyError', rawType: 'idempotency_error', statusCode: 400 });
    const elsewhere = await stripeErrorOf(stripe.paymentIntents.cancel(intent.id, {}, { idempotencyKey: 'key-2' }));
    expect(elsewhere).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
    expect(elsewhere.message).toContain("('/v1/payment_intents')");
  });

  it('takes the same parameters in another order for the same', async () => {
    const { simulator } = await startStripe();
    const url = `${simulator.url}/v1/payment_intents`;
    const first = await post(url, { amount: '1000', currency: 'usd' }, { 'idempotency-key': 'k' });
    const second = await post(url, { currency: 'usd', amount: '1000' }, { 'idempotency-key': 'k' });
    expect(second.body.id).toBe(first.body.id);
  });

  it('answers 409 while the first request runs', async () => {
    const { stripe } = await startStripe({ latencyMs: 100 });
    const attempt = () => stripe.paymentIntents.create(params, { idempotencyKey: 'key-3' });
    const [first, second] = await Promise.allSettled([attempt(), attempt()]);
    const statuses = [first, second].map(({ status }) => status).sort();
    expect(statuses).toEqual(['fulfilled', 'rejected']);
    const rejected = [first, second].find((one) => one.status === 'rejected');
    expect(rejected?.reason).toMatchObject({ code: 'idempotency_key_in_use', statusCode: 409 });
    expect((await attempt()).lastResponse.headers['idempotent-replayed']).toBe('true');
    expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
  });

  it('keeps nothing of a request that fails validation', async () => {
    const { stripe } = await startStripe();
    const options = { idempotencyKey: 'key-4' };
    const invalid = await stripeErrorOf(stripe.paymentIntents.create({ ...params, amount: 10 }, options));
    expect(invalid).toMatchObject({ code: 'amount_too_small', param: 'amount', statusCode: 400 });
    const valid = await stripe.paymentIntents.create(params, options);
    expect(valid.lastResponse.headers['idempotent-replayed']).toBeUndefined();
  });

  it('forgets a key after 24 hours of its clock, not before', async () => {
    let now = Date.UTC(2026, 10, 1);
    const { stripe } = await startStripe({ clock: { now: () => now } });
    const attempt = () => stripe.paymentIntents.create(params, { idempotencyKey: 'key-5' });
    const first = await attempt();
    now += 24 * HOUR_MS - 1;
    expect((await attempt()).id).toBe(first.id);
    now += 1;
    expect((await attempt()).id).not.toBe(first.id);
  });

  it('ignores keys on GET', async () => {
    const { simulator, stripe } = await startStripe();
    const intent = await stripe.paymentIntents.create(params);
    const get = async () => {
      const headers = { authorization: 'Bearer sk_test_x', 'idempotency-key': 'key-get' };
      const response = await fetch(`${simulator.url}/v1/payment_intents/${intent.id}`, { headers });
      expect(response.headers.get('idempotency-key')).toBeNull();
      return JSON.parse(await response.text()).status;
    };
    expect(await get()).toBe('requires_payment_method');
    await stripe.paymentIntents.cancel(intent.id);
    expect(await get()).toBe('canceled');
  });

  it('takes keys of up to 255 characters', async () => {
    const { stripe } = await startStripe();
    await expect(stripe.paymentIntents.create(params, { idempotencyKey: 'k'.repeat(255) })).resolves.toBeTruthy();
    const error = await stripeErrorOf(stripe.paymentIntents.create(params, { idempotencyKey: 'k'.repeat(256) }));
    expect(error.statusCode).toBe(400);
  });

  it('does not keep a request that was cut off by closing', async () => {
    const service = createStripeSimulator({ latencyMs: 60_000 });
    const answer = service.handle({
      method: 'POST',
      url: new URL('http://127.0.0.1/v1/customers'),
      headers: { authorization: 'Bearer sk_test_x', 'idempotency-key': 'k' },
      body: Buffer.alloc(0),
    });
    service.close();
    await expect(answer).rejects.toThrow('closed');
  });

  it('is forgotten on reset', async () => {
    const { simulator, stripe } = await startStripe();
    const first = await pay(stripe, 'pm_card_visa', {});
    const again = () => stripe.paymentIntents.create(params, { idempotencyKey: 'key-6' });
    const before = await again();
    simulator.reset();
    expect((await again()).id).not.toBe(before.id);
    expect((await stripeErrorOf(stripe.paymentIntents.retrieve(first.id))).code).toBe('resource_missing');
  });
});
