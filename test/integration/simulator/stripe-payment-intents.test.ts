import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { pay, startStripe, stripeErrorOf } from './setup.ts';

describe('payment intents through the official library', () => {
  it('creates, retrieves and expands', async () => {
    const { stripe } = await startStripe();
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    const created = await stripe.paymentIntents.create({
      amount: 1_999,
      currency: 'EUR',
      customer: customer.id,
      description: 'One book',
      receipt_email: 'ada@example.com',
      metadata: { order: 'o-1', 0: 'zero' },
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    expect(created).toMatchObject({
      object: 'payment_intent',
      amount: 1_999,
      amount_received: 0,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      capture_method: 'automatic_async',
      currency: 'eur',
      customer: customer.id,
      description: 'One book',
      latest_charge: null,
      livemode: false,
      metadata: { order: 'o-1', 0: 'zero' },
      payment_method: null,
      receipt_email: 'ada@example.com',
      status: 'requires_payment_method',
    });
    expect(created.id).toMatch(/^pi_[0-9A-Za-z]{24}$/);
    expect(created.client_secret).toMatch(new RegExp(`^${created.id}_secret_`));
    expect(created.lastResponse.requestId).toMatch(/^req_/);
    expect(created.lastResponse.apiVersion).toBe('2026-10-28.endive');

    const same = await stripe.paymentIntents.retrieve(created.id, { expand: ['customer'] });
    expect(same).toMatchObject({ id: created.id, customer: { id: customer.id, email: 'ada@example.com' } });
    const error = await stripeErrorOf(stripe.paymentIntents.retrieve(created.id, { expand: ['metadata'] }));
    expect(error.message).toContain('cannot be expanded (metadata)');
  });

  it('pays at once with a test card', async () => {
    const { stripe } = await startStripe();
    const expand = ['latest_charge.balance_transaction'];
    const intent = await pay(stripe, 'pm_card_mastercard', { expand, capture_method: 'automatic' });
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 2_000, last_payment_error: null });
    expect(intent.payment_method).toMatch(/^pm_/);
    expect(intent.latest_charge).toMatchObject({
      object: 'charge',
      amount_captured: 2_000,
      captured: true,
      paid: true,
      payment_intent: intent.id,
      payment_method_details: { card: { brand: 'mastercard', last4: '4444' }, type: 'card' },
      status: 'succeeded',
      balance_transaction: { amount: 2_000, fee: 88, net: 1_912, type: 'charge' },
    });
  });

  it('books an asynchronous capture, the default, after the answer', async () => {
    const { stripe } = await startStripe();
    const expand = ['latest_charge.balance_transaction'];
    const intent = await pay(stripe, 'pm_card_visa', { expand });
    expect(intent).toMatchObject({ capture_method: 'automatic_async', latest_charge: { balance_transaction: null } });
    await expect(stripe.paymentIntents.retrieve(intent.id, { expand })).resolves.toMatchObject({
      latest_charge: { balance_transaction: { net: 1_912 } },
    });
  });

  it('pays with the number of a published test card', async () => {
    const { stripe } = await startStripe();
    const card = { exp_month: 12, exp_year: new Date().getUTCFullYear() + 2, cvc: '123' };
    const data = (number: string, more = {}) => ({ type: 'card' as const, card: { ...card, number, ...more } });
    const create = (number: string, more = {}) =>
      stripe.paymentIntents.create({
        amount: 500,
        currency: 'usd',
        confirm: true,
        // The library's types leave the card out on purpose; the API takes it.
        payment_method_data: data(number, more) as unknown as Stripe.PaymentIntentCreateParams.PaymentMethodData,
      });
    await expect(create('4242 4242 4242 4242')).resolves.toMatchObject({ status: 'succeeded' });
    expect((await stripeErrorOf(create('4000000000009995'))).decline_code).toBe('insufficient_funds');
    expect((await stripeErrorOf(create('4242424242424241'))).code).toBe('incorrect_number');
    expect((await stripeErrorOf(create('4012888888881881'))).decline_code).toBe('test_mode_live_card');
    expect((await stripeErrorOf(create('4242424242424242', { cvc: '1' }))).code).toBe('invalid_cvc');
    expect((await stripeErrorOf(create('4242424242424242', { exp_month: 13 }))).code).toBe('invalid_expiry_month');
    expect((await stripeErrorOf(create('4242424242424242', { exp_year: 2020 }))).code).toBe('invalid_expiry_year');
    expect((await stripe.paymentIntents.list()).data).toHaveLength(2);
  });

  it('confirms later, with the method of the intent or another', async () => {
    const { stripe } = await startStripe();
    const bare = await stripe.paymentIntents.create({ amount: 100, currency: 'usd' });
    const missing = await stripeErrorOf(stripe.paymentIntents.confirm(bare.id));
    expect(missing).toMatchObject({ code: 'payment_intent_unexpected_state', statusCode: 400 });
    await expect(stripe.paymentIntents.confirm(bare.id, { payment_method: 'pm_card_visa' })).resolves.toMatchObject({
      status: 'succeeded',
    });
    const again = await stripeErrorOf(stripe.paymentIntents.confirm(bare.id));
    expect(again.code).toBe('payment_intent_unexpected_state');
    expect(again.payment_intent?.status).toBe('succeeded');

    const ready = await stripe.paymentIntents.create({ amount: 100, currency: 'usd', payment_method: 'pm_card_visa' });
    expect(ready.status).toBe('requires_confirmation');
    await expect(stripe.paymentIntents.confirm(ready.id)).resolves.toMatchObject({ status: 'succeeded' });
  });

  it('authorizes and captures all or a part, and gives the rest back', async () => {
    const { stripe } = await startStripe();
    const held = await pay(stripe, 'pm_card_visa', { capture_method: 'manual' });
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 2_000, amount_received: 0 });
    const tooMuch = await stripeErrorOf(stripe.paymentIntents.capture(held.id, { amount_to_capture: 2_001 }));
    expect(tooMuch).toMatchObject({ code: 'amount_too_large', statusCode: 400 });
    const part = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1_200, expand: ['latest_charge'] });
    expect(part).toMatchObject({
      amount: 2_000,
      amount_capturable: 0,
      amount_received: 1_200,
      latest_charge: { amount: 2_000, amount_captured: 1_200, amount_refunded: 800, captured: true, refunded: false },
      status: 'succeeded',
    });
    expect((await stripe.refunds.list({ payment_intent: held.id })).data).toMatchObject([
      { amount: 800, balance_transaction: null, charge: held.latest_charge, status: 'succeeded' },
    ]);
    const twice = await stripeErrorOf(stripe.paymentIntents.capture(held.id));
    expect(twice.code).toBe('payment_intent_unexpected_state');
  });

  it('cancels what is not paid yet', async () => {
    const { stripe } = await startStripe();
    const held = await pay(stripe, 'pm_card_visa', { capture_method: 'manual' });
    const canceled = await stripe.paymentIntents.cancel(held.id, { cancellation_reason: 'requested_by_customer' });
    expect(canceled).toMatchObject({
      amount_capturable: 0,
      cancellation_reason: 'requested_by_customer',
      status: 'canceled',
    });
    expect(canceled.canceled_at).toBeGreaterThan(0);
    await expect(stripe.charges.retrieve(String(held.latest_charge))).resolves.toMatchObject({
      amount_captured: 0,
      amount_refunded: 2_000,
      captured: false,
      refunded: true,
    });
    const error = await stripeErrorOf(stripe.paymentIntents.cancel(held.id));
    expect(error).toMatchObject({ code: 'payment_intent_unexpected_state', type: 'StripeInvalidRequestError' });
    const paid = await pay(stripe, 'pm_card_visa');
    expect((await stripeErrorOf(stripe.paymentIntents.cancel(paid.id))).message).toContain('status of succeeded');
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_visa_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
  ])('declines %s', async (method, code, declineCode) => {
    const { stripe } = await startStripe();
    const error = await stripeErrorOf(pay(stripe, method));
    expect(error).toMatchObject({ code, decline_code: declineCode, statusCode: 402, type: 'StripeCardError' });
    expect(error.doc_url).toBe(`https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`);
    const intent = await stripe.paymentIntents.retrieve(error.payment_intent?.id ?? '', { expand: ['latest_charge'] });
    expect(intent).toMatchObject({
      last_payment_error: { charge: error.charge, code, decline_code: declineCode, type: 'card_error' },
      latest_charge: { id: error.charge, failure_code: code, outcome: { type: 'issuer_declined' }, status: 'failed' },
      payment_method: null,
      status: 'requires_payment_method',
    });
    await expect(stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })).resolves.toMatchObject({
      last_payment_error: null,
      status: 'succeeded',
    });
  });

  it('lists newest first, in pages that neither lose nor repeat', async () => {
    const { stripe } = await startStripe();
    const ids: string[] = [];
    for (let n = 0; n < 25; n += 1) {
      ids.unshift((await stripe.paymentIntents.create({ amount: 100 + n, currency: 'usd' })).id);
    }
    const first = await stripe.paymentIntents.list({ limit: 10 });
    expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/payment_intents' });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 10));
    const next = await stripe.paymentIntents.list({ limit: 10, starting_after: ids[19] ?? '' });
    expect(next.data.map(({ id }) => id)).toEqual(ids.slice(20));
    expect(next.has_more).toBe(false);
    const back = await stripe.paymentIntents.list({ limit: 5, ending_before: ids[10] ?? '' });
    expect(back.data.map(({ id }) => id)).toEqual(ids.slice(5, 10));
    expect(back.has_more).toBe(true);
    const all: string[] = [];
    for await (const { id } of stripe.paymentIntents.list({ limit: 7 })) all.push(id);
    expect(all).toEqual(ids);
    expect((await stripeErrorOf(stripe.paymentIntents.list({ starting_after: 'pi_none' }))).code).toBe(
      'resource_missing',
    );
  });

  it('lists by customer and time of creation', async () => {
    let now = Date.UTC(2026, 10, 1);
    const { stripe } = await startStripe({ clock: { now: () => now } });
    const customer = await stripe.customers.create({});
    await stripe.paymentIntents.create({ amount: 100, currency: 'usd' });
    now += 60_000;
    const { id, created } = await stripe.paymentIntents.create({ amount: 100, currency: 'usd', customer: customer.id });
    for (const filter of [{ customer: customer.id }, { created }, { created: { gt: created - 60 } }]) {
      expect((await stripe.paymentIntents.list(filter)).data.map((intent) => intent.id)).toEqual([id]);
    }
    expect((await stripe.paymentIntents.list({ created: { lte: created } })).data).toHaveLength(2);
  });
});

describe('authentication (3D Secure)', () => {
  it('asks for it, and is paid when the customer agrees', async () => {
    const { stripe } = await startStripe();
    const intent = await pay(stripe, 'pm_card_threeDSecure2Required', { return_url: 'https://shop.example/back?x=1' });
    expect(intent).toMatchObject({ status: 'requires_action', latest_charge: null, last_payment_error: null });
    expect(intent.next_action?.redirect_to_url?.return_url).toBe('https://shop.example/back?x=1');
    const page = await fetch(intent.next_action?.redirect_to_url?.url ?? '', { redirect: 'manual' });
    expect(page.status).toBe(302);
    const back = new URL(page.headers.get('location') ?? '');
    expect(Object.fromEntries(back.searchParams)).toEqual({
      x: '1',
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: 'succeeded',
    });
    await expect(stripe.paymentIntents.retrieve(intent.id)).resolves.toMatchObject({
      next_action: null,
      status: 'succeeded',
    });
  });

  it('fails when the customer refuses, or the issuer declines afterwards', async () => {
    const { stripe } = await startStripe();
    const visit = async (method: string, query: string) => {
      const { id, next_action } = await pay(stripe, method);
      expect(next_action?.type).toBe('use_stripe_sdk');
      const page = await fetch(`${String(next_action?.use_stripe_sdk?.['stripe_js'])}${query}`);
      expect(await page.json()).toEqual({ status: 'requires_payment_method' });
      return (await stripe.paymentIntents.retrieve(id)).last_payment_error;
    };
    await expect(visit('pm_card_authenticationRequired', '&outcome=fail')).resolves.toMatchObject({
      code: 'payment_intent_authentication_failure',
      type: 'invalid_request_error',
    });
    await expect(visit('pm_card_threeDSecureRequiredChargeDeclined', '')).resolves.toMatchObject({
      code: 'card_declined',
      type: 'card_error',
    });
  });

  it('declines where nobody can be asked', async () => {
    const { stripe } = await startStripe();
    for (const more of [{ off_session: true }, { error_on_requires_action: true }]) {
      const error = await stripeErrorOf(pay(stripe, 'pm_card_authenticationRequired', more));
      expect(error).toMatchObject({ code: 'authentication_required', statusCode: 402 });
      expect(error.payment_intent).toMatchObject({ status: 'requires_payment_method', latest_charge: null });
    }
    const setUp = await pay(stripe, 'pm_card_authenticationRequiredSetupForOffSession', { off_session: true });
    expect(setUp.status).toBe('succeeded');
  });

  it('keeps the page for those who know the client secret', async () => {
    const { stripe, simulator } = await startStripe();
    const { id } = await pay(stripe, 'pm_card_threeDSecure2Required');
    for (const query of ['', '?client_secret=', `?client_secret=${id}_secret_x`]) {
      expect((await fetch(`${simulator.url}/authenticate/${id}${query}`)).status).toBe(404);
    }
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_action');
  });
});
