import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scheme } from '../src/webhooks/stripe.scheme.js';
import { stripeEvent } from './mocks/stripe.mock.js';
import type { TemporaryStore } from './mocks/temporary-store.js';
import { createTemporaryStore } from './mocks/temporary-store.js';
import type { TestApp } from './mocks/test-server.js';
import { PUBLIC_URL, startApp } from './mocks/test-server.js';
import type { DeliveryOptions } from './mocks/webhook.mock.js';
import { forged, WebhookMock } from './mocks/webhook.mock.js';

const PATH = '/webhooks/stripe';
const MINUTE_MS = 60_000;
const stripe = new WebhookMock(scheme);
let temporary: TemporaryStore;
let app: TestApp;

beforeEach(async () => {
  temporary = await createTemporaryStore();
  app = await startApp(temporary.store, stripe.secret);
});
afterEach(async () => {
  await app.close();
  await temporary.remove();
});

const sign = (body: string, options?: DeliveryOptions) => stripe.deliver(body, PUBLIC_URL + PATH, options);
const payment = (status: string, more: object = {}) => ({ id: 'pi_1', status, amount: 1050, currency: 'usd', ...more });
const event = (status: string, created: number, id?: string) =>
  stripeEvent(`payment_intent.${status}`, payment(status), created, id);
const statusOf = async (kind: string, id: string) => (await temporary.store.find(kind, id))?.status;

describe('POST /webhooks/stripe', () => {
  it('takes a signed event', async () => {
    expect(await app.post(PATH, sign(event('succeeded', 1)))).toBe(200);
    expect(await temporary.store.find('payment', 'pi_1')).toMatchObject({
      status: 'succeeded',
      data: { amountMinor: 1050, currency: 'usd' },
    });
  });

  it('verifies the bytes, not what they mean', async () => {
    const spaced = JSON.stringify(JSON.parse(event('succeeded', 1)), null, 2);
    expect(await app.post(PATH, sign(spaced))).toBe(200);
  });

  it('refuses a changed body, a missing and a malformed signature, and an old or future one', async () => {
    const body = event('succeeded', 1);
    const unsigned = { headers: { 'content-type': 'application/json' }, body };
    const malformed = { headers: { ...unsigned.headers, 'stripe-signature': 't=1,v1=' }, body };
    const stale = sign(body, { atMs: Date.now() - 6 * MINUTE_MS });
    const early = sign(body, { atMs: Date.now() + 6 * MINUTE_MS });
    for (const delivery of [forged(sign(body)), unsigned, malformed, stale, early]) {
      expect(await app.post(PATH, delivery)).toBe(400);
    }
    expect(await statusOf('payment', 'pi_1')).toBe(undefined);
  });

  it('takes any of several signatures, as while a secret is rolled', async () => {
    const delivery = sign(event('succeeded', 1));
    const signature = delivery.headers['stripe-signature']?.replace('v1=', `v1=${'0'.repeat(64)},v1=`) ?? '';
    expect(await app.post(PATH, { ...delivery, headers: { ...delivery.headers, 'stripe-signature': signature } })).toBe(
      200,
    );
  });

  it('applies an event once, however often it comes', async () => {
    const body = event('succeeded', 1, 'evt_same');
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.post(PATH, sign(body))));
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(app.logged().split('"duplicate":false').length - 1).toBe(1);
  });

  it('comes to the same state in any order', async () => {
    for (const body of [event('succeeded', 3), event('payment_failed', 2), event('created', 1)]) {
      expect(await app.post(PATH, sign(body))).toBe(200);
    }
    expect(await statusOf('payment', 'pi_1')).toBe('succeeded');
  });

  it('keeps refunds and subscriptions', async () => {
    const charge = { id: 'ch_1', payment_intent: 'pi_1', amount_refunded: 500, currency: 'usd', refunded: false };
    const subscription = { id: 'sub_1', status: 'active', items: { data: [{ current_period_end: 1_700_000_000 }] } };
    const bodies = [
      stripeEvent('charge.refunded', { ...charge, amount_refunded: 800 }, 5),
      stripeEvent('charge.refunded', charge, 5),
      stripeEvent('customer.subscription.deleted', { ...subscription, status: 'canceled' }, 5),
      stripeEvent('customer.subscription.updated', subscription, 5),
    ];
    for (const body of bodies) expect(await app.post(PATH, sign(body))).toBe(200);
    expect(await temporary.store.find('refund', 'pi_1')).toMatchObject({ data: { refundedMinor: 800 } });
    expect(await temporary.store.find('subscription', 'sub_1')).toMatchObject({
      status: 'canceled',
      data: { currentPeriodEnd: 1_700_000_000 },
    });
  });

  it('records events that change nothing', async () => {
    expect(await app.post(PATH, sign(stripeEvent('invoice.paid', { id: 'in_1' }, 1)))).toBe(200);
  });

  it('refuses what is signed and no event', async () => {
    expect(await app.post(PATH, sign('[]'))).toBe(400);
  });

  it('logs no secret and no body', async () => {
    await app.post(PATH, sign(event('succeeded', 1)));
    expect(app.logged()).not.toContain(stripe.secret);
    expect(app.logged()).not.toContain('1050');
  });

  it('says that it is well', async () => {
    expect((await fetch(`${app.url}/health`)).status).toBe(200);
  });
});
