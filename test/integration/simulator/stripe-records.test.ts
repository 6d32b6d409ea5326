import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { pay, startStripe, stripeErrorOf } from './setup.ts';

const AUTHORIZED = ['payment_intent.created', 'charge.succeeded', 'payment_intent.amount_capturable_updated'];

function authorize(stripe: Stripe) {
  return pay(stripe, 'pm_card_visa', { capture_method: 'manual' });
}

describe('customers', () => {
  it('creates and retrieves', async () => {
    const { stripe } = await startStripe();
    const address = {
      line1: '1 Main St',
      city: 'Cork',
      country: 'IE',
      postal_code: 'T12',
      state: 'CO',
      line2: 'Flat 1',
    };
    const created = await stripe.customers.create({
      name: 'Ada',
      email: 'ada@example.com',
      address,
      shipping: { name: 'Ada', address },
      metadata: { plan: 'pro' },
    });
    const { lastResponse, ...customer } = await stripe.customers.retrieve(created.id);
    expect(lastResponse.statusCode).toBe(200);
    expect(customer).toEqual({ ...created });
    expect(customer).toMatchObject({ address, name: 'Ada', metadata: { plan: 'pro' }, livemode: false });
    expect(await stripeErrorOf(stripe.customers.retrieve('cus_none'))).toMatchObject({ statusCode: 404, param: 'id' });
  });
});

describe('refunds', () => {
  it('refunds in parts until nothing is left', async () => {
    const { stripe } = await startStripe();
    const intent = await pay(stripe, 'pm_card_visa');
    const first = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 500,
      reason: 'requested_by_customer',
      metadata: { ticket: '7' },
    });
    expect(first).toMatchObject({
      object: 'refund',
      amount: 500,
      charge: intent.latest_charge,
      metadata: { ticket: '7' },
      payment_intent: intent.id,
      reason: 'requested_by_customer',
      status: 'succeeded',
    });
    const charge = () => stripe.charges.retrieve(String(intent.latest_charge));
    await expect(charge()).resolves.toMatchObject({ amount_refunded: 500, refunded: false });
    const tooMuch = await stripeErrorOf(stripe.refunds.create({ payment_intent: intent.id, amount: 1_501 }));
    expect(tooMuch).toMatchObject({ param: 'amount', statusCode: 400 });
    expect(tooMuch.message).toBe('Refund amount ($15.01) is greater than unrefunded amount on charge ($15.00)');

    const rest = await stripe.refunds.create({ charge: String(intent.latest_charge) });
    expect(rest.amount).toBe(1_500);
    await expect(charge()).resolves.toMatchObject({ amount_refunded: 2_000, refunded: true });
    const again = await stripeErrorOf(stripe.refunds.create({ payment_intent: intent.id }));
    expect(again).toMatchObject({ code: 'charge_already_refunded', statusCode: 400 });

    const listed = await stripe.refunds.list({ payment_intent: intent.id, limit: 1 });
    expect(listed).toMatchObject({ has_more: true, data: [{ id: rest.id }] });
    await expect(stripe.refunds.retrieve(first.id, { expand: ['charge'] })).resolves.toMatchObject({
      id: first.id,
      charge: { id: intent.latest_charge, refunded: true },
    });
  });

  it('refunds captured payments only', async () => {
    const { stripe } = await startStripe();
    const held = await pay(stripe, 'pm_card_visa', { capture_method: 'manual' });
    const unpaid = await stripe.paymentIntents.create({ amount: 100, currency: 'usd' });
    for (const { id } of [held, unpaid]) {
      const error = await stripeErrorOf(stripe.refunds.create({ payment_intent: id }));
      expect(error.message).toBe(`This PaymentIntent (${id}) does not have a successful charge to refund.`);
    }
    expect(await stripeErrorOf(stripe.refunds.create({}))).toMatchObject({ code: 'parameter_missing' });
    expect(await stripeErrorOf(stripe.refunds.create({ charge: 'ch_none' }))).toMatchObject({
      code: 'resource_missing',
      param: 'charge',
      statusCode: 400,
    });
    await stripe.paymentIntents.capture(held.id, { amount_to_capture: 300 });
    const tooMuch = await stripeErrorOf(stripe.refunds.create({ payment_intent: held.id, amount: 301 }));
    expect(tooMuch.message).toBe('Refund amount ($3.01) is greater than unrefunded amount on charge ($3.00)');
    await expect(stripe.refunds.create({ payment_intent: held.id, expand: ['charge'] })).resolves.toMatchObject({
      amount: 300,
      charge: { amount: 2_000, amount_captured: 300, amount_refunded: 2_000, refunded: true },
    });
  });
});

describe('balance', () => {
  it('holds captured funds less fees and refunds, by currency and by when they are due', async () => {
    let now = Date.UTC(2026, 10, 1);
    const { stripe } = await startStripe({ clock: { now: () => now } });
    const empty = { amount: 0, currency: 'usd', source_types: { card: 0 } };
    await expect(stripe.balance.retrieve()).resolves.toMatchObject({ available: [empty], pending: [empty] });
    const intent = await pay(stripe, 'pm_card_visa', { amount: 10_000 });
    await pay(stripe, 'pm_card_visa', { amount: 5_000, currency: 'eur', capture_method: 'manual' });
    await pay(stripe, 'pm_card_visa', { amount: 1_000, currency: 'gbp' });
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 1_000 });
    const pending = [
      { amount: 10_000 - 320 - 1_000, currency: 'usd' },
      { amount: 1_000 - 59, currency: 'gbp' },
    ];
    const before = await stripe.balance.retrieve();
    expect(before.pending).toHaveLength(2);
    expect(before.pending).toMatchObject(expect.arrayContaining(pending.map((one) => expect.objectContaining(one))));
    const booking = () => stripe.balanceTransactions.retrieve(String(refund.balance_transaction));
    await expect(booking()).resolves.toMatchObject({ amount: -1_000, fee: 0, source: refund.id, status: 'pending' });
    now += 2 * 24 * 60 * 60 * 1000;
    const after = await stripe.balance.retrieve();
    expect(after.available).toEqual(before.pending);
    await expect(booking()).resolves.toMatchObject({ status: 'available' });
  });
});

describe('charges and payment methods', () => {
  it('lists every attempt of an intent', async () => {
    const { stripe } = await startStripe();
    const intent = await stripe.paymentIntents.create({ amount: 100, currency: 'usd' });
    await stripeErrorOf(stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa_chargeDeclined' }));
    const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    const { data } = await stripe.charges.list({ payment_intent: intent.id });
    expect(data.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
    await expect(stripe.paymentMethods.retrieve(String(paid.payment_method))).resolves.toMatchObject({
      card: { brand: 'visa', last4: '4242' },
      type: 'card',
    });
  });
});

describe('events', () => {
  it('records what happened, newest first, as snapshots', async () => {
    const { stripe } = await startStripe();
    const intent = await stripe.paymentIntents.create(
      { amount: 100, currency: 'usd', metadata: { order: '1' } },
      { idempotencyKey: 'key-event' },
    );
    await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    const { data } = await stripe.events.list();
    expect(data.map(({ type }) => type)).toEqual([
      'charge.updated',
      'payment_intent.succeeded',
      'charge.succeeded',
      'payment_intent.created',
    ]);
    const created = data.at(-1);
    expect(created).toMatchObject({
      object: 'event',
      api_version: '2026-10-28.endive',
      data: { object: { id: intent.id, metadata: { order: '1' }, status: 'requires_payment_method' } },
      livemode: false,
      pending_webhooks: 0,
      request: { id: intent.lastResponse.requestId, idempotency_key: 'key-event' },
    });
    expect(data[2]).toMatchObject({ data: { object: { balance_transaction: null } } });
    expect(data[0]).toMatchObject({ data: { previous_attributes: { balance_transaction: null } } });
    await expect(stripe.events.retrieve(created?.id ?? '')).resolves.toMatchObject({ type: 'payment_intent.created' });
    const charges = await stripe.events.list({ type: 'charge.*' });
    expect(charges.data).toHaveLength(2);
    const both = await stripe.events.list({ types: ['charge.updated', 'payment_intent.created'] });
    expect(both.data).toHaveLength(2);
  });

  it.each<[string, (stripe: Stripe) => Promise<unknown>, string[]]>([
    [
      'a decline',
      (stripe) => stripeErrorOf(pay(stripe, 'pm_card_visa_chargeDeclined')),
      ['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed'],
    ],
    [
      'authentication',
      (stripe) => pay(stripe, 'pm_card_threeDSecure2Required'),
      ['payment_intent.created', 'payment_intent.requires_action'],
    ],
    [
      'authorization and capture',
      async (stripe) => stripe.paymentIntents.capture((await authorize(stripe)).id),
      [...AUTHORIZED, 'charge.captured', 'payment_intent.succeeded'],
    ],
    [
      'authorization and cancellation',
      async (stripe) => stripe.paymentIntents.cancel((await authorize(stripe)).id),
      [...AUTHORIZED, 'charge.expired', 'payment_intent.canceled'],
    ],
    [
      'a payment and its refund',
      async (stripe) => {
        const { id } = await pay(stripe, 'pm_card_visa', { capture_method: 'automatic' });
        await stripe.refunds.create({ payment_intent: id });
      },
      ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded', 'refund.created', 'charge.refunded'],
    ],
  ])('tells of %s', async (_what, flow, types) => {
    const { stripe } = await startStripe();
    await flow(stripe);
    const { data } = await stripe.events.list();
    expect(data.map(({ type }) => type).reverse()).toEqual(types);
  });
});
