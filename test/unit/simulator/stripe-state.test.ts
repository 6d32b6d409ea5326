import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStripeSimulator } from '../../../src/integrations/stripe/simulator/index.ts';
import type { IntentStatus, PaymentIntent } from '../../../src/integrations/stripe/simulator/objects.ts';
import type { SimulatedService } from '../../../src/simulator/service.ts';

const ORIGIN = 'http://127.0.0.1:12111';

async function send(service: SimulatedService, method: string, target: string, form = '', key?: string) {
  const { status, headers, body } = await service.handle({
    method,
    url: new URL(`${ORIGIN}${target}`),
    headers: {
      authorization: 'Bearer sk_test_state',
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': key,
    },
    body: Buffer.from(form),
  });
  return { status, headers, json: body === '' ? undefined : JSON.parse(body) };
}

/** Where each status may lead, from https://docs.stripe.com/payments/paymentintents/lifecycle */
const NEXT: Readonly<Record<IntentStatus, readonly IntentStatus[]>> = {
  requires_payment_method: ['requires_action', 'requires_capture', 'succeeded', 'canceled'],
  requires_confirmation: ['requires_payment_method', 'requires_action', 'requires_capture', 'succeeded', 'canceled'],
  requires_action: ['requires_payment_method', 'requires_capture', 'succeeded', 'canceled'],
  requires_capture: ['succeeded', 'canceled'],
  succeeded: [],
  canceled: [],
};

const METHODS = [
  'pm_card_visa',
  'pm_card_visa_chargeDeclined',
  'pm_card_threeDSecure2Required',
  'pm_card_threeDSecureRequiredChargeDeclined',
];

interface Step {
  action: 'confirm' | 'capture' | 'cancel' | 'authenticate' | 'refuse' | 'refund';
  method: string | undefined;
  amount: number | undefined;
}

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom('confirm', 'capture', 'cancel', 'authenticate', 'refuse', 'refund'),
  method: fc.option(fc.constantFrom(...METHODS), { nil: undefined }),
  amount: fc.option(fc.integer({ min: 1, max: 1_500 }), { nil: undefined }),
});

function requestOf(intent: PaymentIntent, { action, method, amount }: Step): [string, string, string] {
  const path = `/v1/payment_intents/${intent.id}`;
  const page = `/authenticate/${intent.id}?client_secret=${intent.client_secret}`;
  switch (action) {
    case 'confirm':
      return ['POST', `${path}/confirm`, method === undefined ? '' : `payment_method=${method}`];
    case 'capture':
      return ['POST', `${path}/capture`, amount === undefined ? '' : `amount_to_capture=${amount}`];
    case 'cancel':
      return ['POST', `${path}/cancel`, ''];
    case 'refund':
      return ['POST', '/v1/refunds', `payment_intent=${intent.id}${amount === undefined ? '' : `&amount=${amount}`}`];
    default:
      return ['GET', `${page}${action === 'refuse' ? '&outcome=fail' : ''}`, ''];
  }
}

async function expectConsistent(service: SimulatedService, intent: PaymentIntent): Promise<void> {
  const charges: {
    data: { amount: number; amount_captured: number; amount_refunded: number; refunded: boolean; status: string }[];
  } = (await send(service, 'GET', `/v1/charges?payment_intent=${intent.id}&limit=100`)).json;
  const refunds: { data: { amount: number }[] } = (
    await send(service, 'GET', `/v1/refunds?payment_intent=${intent.id}&limit=100`)
  ).json;
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const paid = charges.data.filter(({ status }) => status === 'succeeded');
  const captured = sum(charges.data.map((charge) => charge.amount_captured));
  const refunded = sum(charges.data.map((charge) => charge.amount_refunded));
  expect(intent.amount_received).toBe(captured);
  expect(captured).toBeLessThanOrEqual(intent.amount);
  expect(sum(refunds.data.map(({ amount }) => amount))).toBe(refunded);
  // What was held and not captured counts as refunded once it is released.
  expect(refunded).toBeLessThanOrEqual(sum(paid.map(({ amount }) => amount)));
  for (const charge of paid) expect(charge.refunded).toBe(charge.amount_refunded === charge.amount);
  expect(paid.length).toBeLessThanOrEqual(1);
  expect(intent.amount_capturable > 0).toBe(intent.status === 'requires_capture');
  expect(intent.next_action !== null).toBe(intent.status === 'requires_action');
  expect(intent.canceled_at !== null).toBe(intent.status === 'canceled');
}

describe('the life of a payment intent', () => {
  it('only takes the ways that Stripe documents, and its sums agree, whatever is asked in whatever order', async () => {
    const manual = fc.boolean();
    await fc.assert(
      fc.asyncProperty(manual, fc.array(step, { maxLength: 12 }), async (isManual, steps) => {
        const service = createStripeSimulator();
        const form = `amount=1000&currency=usd&capture_method=${isManual ? 'manual' : 'automatic'}`;
        let intent: PaymentIntent = (await send(service, 'POST', '/v1/payment_intents', form)).json;
        for (const one of steps) {
          const { status } = await send(service, ...requestOf(intent, one));
          expect([200, 302, 400, 402]).toContain(status);
          const after: PaymentIntent = (await send(service, 'GET', `/v1/payment_intents/${intent.id}`)).json;
          if (after.status !== intent.status) expect(NEXT[intent.status]).toContain(after.status);
          intent = after;
          await expectConsistent(service, intent);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('changes nothing when a request is repeated with its key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        const service = createStripeSimulator();
        const { json } = await send(service, 'POST', '/v1/payment_intents', 'amount=1000&currency=usd');
        const state = async () => [
          (await send(service, 'GET', '/v1/payment_intents')).json,
          (await send(service, 'GET', '/v1/charges?limit=100')).json,
          (await send(service, 'GET', '/v1/refunds?limit=100')).json,
          (await send(service, 'GET', '/v1/events?limit=100')).json,
          (await send(service, 'GET', '/v1/balance')).json,
        ];
        for (const [index, one] of steps.filter(({ action }) => !/authenticate|refuse/.test(action)).entries()) {
          const first = await send(service, ...requestOf(json, one), `key-${index}`);
          const before = await state();
          const second = await send(service, ...requestOf(json, one), `key-${index}`);
          expect([second.status, second.json]).toEqual([first.status, first.json]);
          expect(second.headers['idempotent-replayed']).toBe('true');
          expect(await state()).toEqual(before);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('hostile requests', () => {
  const name = fc.constantFrom(
    ...['amount', 'currency', 'metadata', 'expand', 'limit', 'created', '__proto__', 'shipping', 'items', 'line_items'],
    ...['query', 'price', 'price_data', 'customer', 'url', 'enabled_events', 'frozen_time', 'recurring', 'evidence'],
  );
  const field = fc.tuple(name, fc.constantFrom('', '[]', '[0]', '[a]', '[a][b]', '['), fc.string({ maxLength: 20 }));
  const fields = fc
    .array(field, { maxLength: 8 })
    .map((all) => all.map(([key, suffix, value]) => `${key}${suffix}=${encodeURIComponent(value)}`).join('&'));
  const path = fc.oneof(
    fc.constantFrom(
      '/v1/payment_intents',
      '/v1/refunds',
      '/v1/customers',
      '/v1/events',
      '/v1/balance',
      '/v1/customers/search',
      '/v1/subscriptions',
      '/v1/subscriptions/x',
      '/v1/invoices',
      '/v1/invoices/create_preview',
      '/v1/invoiceitems',
      '/v1/prices',
      '/v1/setup_intents',
      '/v1/checkout/sessions',
      '/v1/test_helpers/test_clocks',
      '/v1/webhook_endpoints',
      '/v1/disputes/x',
      '/authenticate/x',
      '/checkout/x',
    ),
    fc.webPath(),
  );

  it('are answered in the form of an API error, never with a failure', async () => {
    const service = createStripeSimulator();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST', 'DELETE'), path, fields, async (method, target, form) => {
        const query = method === 'GET' && !target.includes('?') ? `?${form}` : '';
        const { status, json } = await send(service, method, `${target}${query}`, form);
        expect(status).toBeLessThan(500);
        if (status >= 400) {
          expect(json.error).toMatchObject({ message: expect.any(String), type: expect.any(String) });
        } else expect(json).toHaveProperty('object');
      }),
      { numRuns: 500 },
    );
  });

  it('are refused with any key but a test key, which no answer repeats', async () => {
    const service = createStripeSimulator();
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 12, maxLength: 40 }), async (text) => {
        const authorization = `Bearer ${text}`;
        const request = { method: 'GET', url: new URL(`${ORIGIN}/v1/balance`), headers: { authorization } };
        const { status, body } = await service.handle({ ...request, body: Buffer.alloc(0) });
        expect(status).toBe(401);
        expect(body).not.toContain(text.trim().length >= 12 ? text.trim() : '\0');
      }),
    );
  });
});
