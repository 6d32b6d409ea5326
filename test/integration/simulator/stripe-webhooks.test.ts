import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { createStripeSimulator } from '../../../src/integrations/stripe/simulator/index.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import type { Received, Receiver } from './receiver.ts';
import { startReceiver } from './receiver.ts';
import { PATIENTLY, pay, startStripe } from './setup.ts';

const SECRET = 'whsec_simulator_test_secret';

function typesOf({ received }: Receiver): string[] {
  return received.map(({ body }) => JSON.parse(body.toString()).type);
}

function eventOf(stripe: Stripe, { body, headers }: Received) {
  return stripe.webhooks.constructEvent(body, headers['stripe-signature'] as string, SECRET);
}

describe('webhooks of the simulated Stripe', () => {
  it('are delivered signed, so that the official library takes them', async () => {
    const receiver = await startReceiver();
    const { stripe } = await startStripe({ webhook: { url: receiver.url, secret: SECRET } });
    const intent = await pay(stripe, 'pm_card_visa', { capture_method: 'automatic' });
    await expect
      .poll(() => typesOf(receiver).sort(), PATIENTLY)
      .toEqual(['charge.succeeded', 'payment_intent.created', 'payment_intent.succeeded']);
    const events = receiver.received.map((one) => eventOf(stripe, one));
    const succeeded = events.find(({ type }) => type === 'payment_intent.succeeded');
    expect(succeeded).toMatchObject({
      api_version: '2026-10-28.endive',
      data: { object: { id: intent.id, status: 'succeeded' } },
      request: { id: intent.lastResponse.requestId },
    });
    await expect(stripe.events.retrieve(succeeded?.id ?? '')).resolves.toMatchObject({ type: succeeded?.type });
    for (const { headers, body } of receiver.received) {
      expect(headers['content-type']).toBe('application/json; charset=utf-8');
      expect(body.toString()).toMatch(/^\{\n {2}"id": "evt_/);
    }
  });

  it('carry a signature that one changed byte breaks', async () => {
    const receiver = await startReceiver();
    const { stripe } = await startStripe({ webhook: { url: receiver.url, secret: SECRET } });
    await stripe.customers.create({});
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(1);
    const [delivery] = receiver.received;
    if (delivery === undefined) throw new Error('Nothing was received.');
    delivery.body[10] = (delivery.body[10] ?? 0) ^ 1;
    expect(() => eventOf(stripe, delivery)).toThrow('No signatures found matching');
  });

  it('are repeated, signed anew, until the receiver takes them', async () => {
    let now = Date.UTC(2026, 10, 1);
    const clock = {
      now: () => {
        now += 1_000;
        return now;
      },
    };
    const receiver = await startReceiver([500, 0, 302]);
    const webhook = { url: receiver.url, secret: SECRET, retryDelaysMs: [5, 10, 20] };
    const { stripe } = await startStripe({ webhook, clock });
    await stripe.customers.create({});
    const pending = async () => (await stripe.events.list()).data[0]?.pending_webhooks;
    expect(await pending()).toBe(1);
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(4);
    await expect.poll(pending, PATIENTLY).toBe(0);
    expect(new Set(receiver.received.map(({ body }) => body.toString())).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['stripe-signature'])).size).toBe(4);
  });

  it('are given up after the last repeat', async () => {
    const receiver = await startReceiver([500, 500, 500, 500]);
    const { stripe } = await startStripe({ webhook: { url: receiver.url, secret: SECRET, retryDelaysMs: [1, 1] } });
    await stripe.customers.create({});
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(receiver.received).toHaveLength(3);
    expect((await stripe.events.list()).data[0]?.pending_webhooks).toBe(1);
  });

  it('do not hold up the answer, nor each other', async () => {
    const receiver = await startReceiver([500]);
    const webhook = { url: receiver.url, secret: SECRET, retryDelaysMs: [60_000] };
    const { stripe, simulator } = await startStripe({ webhook });
    await stripe.customers.create({});
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(1);
    await stripe.customers.create({});
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(2);
    const begin = performance.now();
    await simulator.stop();
    expect(performance.now() - begin).toBeLessThan(AT_ONCE_MS);
  });

  it('end with a reset', async () => {
    const receiver = await startReceiver([500]);
    const { stripe, simulator } = await startStripe({
      webhook: { url: receiver.url, secret: SECRET, retryDelaysMs: [1_000] },
    });
    await stripe.customers.create({});
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(1);
    simulator.reset();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(receiver.received).toHaveLength(1);
    await stripe.customers.create({});
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(2);
  });

  it.each([
    ['http://example.com/hook', 'not_allowed'],
    ['http://127.0.0.1.example.com/', 'not_allowed'],
    ['http://localhost.example.com/', 'not_allowed'],
    ['http://127.0.0.1@example.com/', 'not_allowed'],
    ['http://0.0.0.0/', 'not_allowed'],
    ['http://10.0.0.1/', 'not_allowed'],
    ['http://[::ffff:8.8.8.8]/', 'not_allowed'],
    ['https://127.0.0.1/', 'invalid_input'],
    ['file:///etc/passwd', 'invalid_input'],
    ['hook', 'invalid_input'],
  ])('are not sent to %s', (url, code) => {
    expect(() => createStripeSimulator({ webhook: { url, secret: SECRET } })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('need a secret that can sign', () => {
    const webhook = { url: 'http://127.0.0.1:1/', secret: '' };
    expect(() => createStripeSimulator({ webhook })).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it.each(['http://localhost:1/', 'http://127.1:1/', 'http://[::1]:1/'])('may be sent to %s', (url) => {
    expect(() => createStripeSimulator({ webhook: { url, secret: SECRET } })).not.toThrow();
  });
});
