import { verify as verifyGithub } from '@octokit/webhooks-methods';
import { describe, expect, it } from 'vitest';
import { createGithubSimulator } from '../../../src/integrations/github/simulator/index.ts';
import { createSlackSimulator } from '../../../src/integrations/slack/simulator/index.ts';
import { slackWebhook } from '../../../src/integrations/slack/webhook.ts';
import { createStripeSimulator } from '../../../src/integrations/stripe/simulator/index.ts';
import type { FaultInput } from '../../../src/simulator/fault.ts';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { verifySignature } from '../../../src/webhooks/verify.ts';
import type { Receiver } from './receiver.ts';
import { startReceiver } from './receiver.ts';
import { PATIENTLY, startStripe, stopLater } from './setup.ts';

const SECRET = 'whsec_simulator_test_secret';

const idOf = ({ body }: Receiver['received'][number]) => JSON.parse(body.toString()).id as string;

async function startHooked() {
  const receiver = await startReceiver();
  const started = await startStripe({ webhook: { url: receiver.url, secret: SECRET, retryDelaysMs: [5] } });
  const verify = () =>
    receiver.received.map(({ headers, body }) => {
      try {
        return started.stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), SECRET).type;
      } catch {
        return 'forged';
      }
    });
  return { ...started, receiver, verify };
}

describe('triggers of Stripe', () => {
  const { eventTypes } = createStripeSimulator();

  it.each(eventTypes)('%s arrives and verifies', async (type) => {
    const { simulator, receiver, verify, stripe } = await startHooked();
    const triggered = await simulator.trigger(type);
    await expect.poll(() => receiver.received.map(idOf), PATIENTLY).toContain(triggered.eventId);
    expect(verify()).toContain(type);
    expect(verify()).not.toContain('forged');
    await expect(stripe.events.retrieve(triggered.eventId)).resolves.toMatchObject({ type });
  });

  it('make real objects with what was asked for', async () => {
    const { simulator, stripe } = await startStripe();
    const overrides = { amount: 4_200, currency: 'eur', metadata: { order: '5' } };
    const { objectId } = await simulator.trigger('payment_intent.succeeded', overrides);
    await expect(stripe.paymentIntents.retrieve(objectId ?? '')).resolves.toMatchObject({
      ...overrides,
      status: 'succeeded',
    });
    const open = await stripe.paymentIntents.create({ amount: 100, currency: 'usd' });
    await simulator.trigger('payment_intent.succeeded', { id: open.id });
    await expect(stripe.paymentIntents.retrieve(open.id)).resolves.toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['shoe.tied', {}],
    ['payment_intent.succeeded', { amount: -1 }],
    ['payment_intent.succeeded', { shoe: 1 }],
    ['payment_intent.succeeded', { id: 'pi_none' }],
    ['payment_intent.succeeded', { payment_method: 'pm_card_chargeDeclined' }],
    ['__proto__', {}],
  ])('refuse %s with %j', async (type, overrides) => {
    const { simulator } = await startStripe();
    await expect(simulator.trigger(type, overrides)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('webhooks on demand', () => {
  const event_type = 'customer.created';
  const deliver = async (fault: FaultInput) => {
    const hooked = await startHooked();
    hooked.simulator.script([fault]);
    const { eventId } = await hooked.simulator.trigger(event_type);
    return { ...hooked, eventId };
  };

  it('come twice', async () => {
    const { receiver, eventId } = await deliver({ kind: 'webhook_duplicate', event_type });
    await expect.poll(() => receiver.received.map(idOf), PATIENTLY).toEqual([eventId, eventId]);
  });

  it('overtake each other', async () => {
    const { receiver, simulator, verify } = await deliver({ kind: 'webhook_delay', event_type, ms: 60 });
    await simulator.trigger('product.created');
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(2);
    expect(verify()).toEqual(['product.created', event_type]);
  });

  it('get lost until they are sent again', async () => {
    const { receiver, simulator, eventId } = await deliver({ kind: 'webhook_lost', event_type });
    expect(simulator.deliveries).toMatchObject([{ id: eventId, state: 'lost', attempts: 0 }]);
    expect(simulator.resend(eventId)).toBe(1);
    await expect.poll(() => receiver.received.map(idOf), PATIENTLY).toEqual([eventId]);
    await expect.poll(() => simulator.deliveries.at(-1)?.state, PATIENTLY).toBe('delivered');
    expect(() => simulator.resend('evt_none')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('carry a signature that is none', async () => {
    const { receiver, verify } = await deliver({ kind: 'webhook_bad_signature', event_type });
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(1);
    expect(verify()).toEqual(['forged']);
  });

  it('go to the endpoints that asked for them, each with its own secret', async () => {
    const { stripe } = await startStripe();
    const [all, some] = [await startReceiver(), await startReceiver()];
    const { secret = '' } = await stripe.webhookEndpoints.create({ url: all.url, enabled_events: ['*'] });
    await stripe.webhookEndpoints.create({ url: some.url, enabled_events: ['product.created'] });
    await stripe.customers.create();
    await stripe.products.create({ name: 'Pen' });
    await expect.poll(() => [all.received.length, some.received.length], PATIENTLY).toEqual([2, 1]);
    const [first] = all.received;
    const header = String(first?.headers['stripe-signature']);
    expect(stripe.webhooks.constructEvent(first?.body ?? '', header, secret).type).toBe('customer.created');
  });
});

describe('triggers of GitHub', () => {
  const { eventTypes } = createGithubSimulator();

  it.each(eventTypes)('%s verifies', async (type) => {
    const receiver = await startReceiver();
    const webhook = { url: receiver.url, secret: 'hush' };
    const simulator = stopLater(await startSimulator(createGithubSimulator({ webhook })));
    const { eventId } = await simulator.trigger(type);
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(1);
    const [{ headers, body }] = receiver.received as [Receiver['received'][number]];
    expect([headers['x-github-event'], headers['x-github-delivery']]).toEqual([type, eventId]);
    expect(await verifyGithub('hush', body.toString(), String(headers['x-hub-signature-256']))).toBe(true);
  });
});

describe('triggers of Slack', () => {
  const { eventTypes } = createSlackSimulator();

  it.each(eventTypes)('%s verifies', async (type) => {
    const receiver = await startReceiver();
    const webhook = { url: receiver.url, secret: 'hush' };
    const simulator = stopLater(await startSimulator(createSlackSimulator({ webhook })));
    await simulator.trigger(type);
    await expect.poll(() => receiver.received.length, PATIENTLY).toBe(1);
    const [{ headers, body }] = receiver.received as [Receiver['received'][number]];
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const options = { secrets: [{ name: 'S', value: 'hush' }], nowMs: Date.now() };
    expect(verifySignature(slackWebhook, { headers: flat, body }, options).valid).toBe(true);
    const document = JSON.parse(body.toString());
    expect(document.event?.type ?? document.type).toBe(type);
  });
});
