import { describe, expect, it } from 'vitest';
import { post, startStripe, stripeClient, stripeErrorOf, TEST_KEY } from './setup.ts';

const LIVE_KEY = 'sk_live_0123456789abcdef';

describe('keys', () => {
  it('answers 401 without one', async () => {
    const { simulator } = await startStripe();
    const response = await fetch(`${simulator.url}/v1/balance`);
    expect(response.status).toBe(401);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    expect(await response.json()).toEqual({
      error: {
        message: expect.stringContaining('You did not provide an API key.'),
        request_log_url: expect.stringContaining('/test/logs/req_'),
        type: 'invalid_request_error',
      },
    });
  });

  it('refuses live keys and never repeats a key', async () => {
    const { simulator } = await startStripe();
    for (const key of [LIVE_KEY, 'rk_live_0123456789abcdef', 'nonsense-0123456789']) {
      const error = await stripeErrorOf(stripeClient(simulator, key).balance.retrieve());
      expect(error).toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 });
      expect(JSON.stringify(error.raw)).not.toContain(key);
    }
    const live = await stripeErrorOf(stripeClient(simulator, LIVE_KEY).balance.retrieve());
    expect(live.message).toContain('test keys only');
  });

  it('takes restricted test keys and basic authentication, not publishable keys or other accounts', async () => {
    const { simulator } = await startStripe();
    await expect(stripeClient(simulator, 'rk_test_1').balance.retrieve()).resolves.toMatchObject({ object: 'balance' });
    const basic = { authorization: `Basic ${Buffer.from(`${TEST_KEY}:`).toString('base64')}` };
    expect((await fetch(`${simulator.url}/v1/balance`, { headers: basic })).status).toBe(200);
    const publishable = await stripeErrorOf(stripeClient(simulator, 'pk_test_1').balance.retrieve());
    expect(publishable).toMatchObject({ code: 'secret_key_required', type: 'StripePermissionError' });
    const connected = stripeClient(simulator).balance.retrieve({}, { stripeAccount: 'acct_1' });
    expect(await stripeErrorOf(connected)).toMatchObject({ code: 'account_invalid', statusCode: 403 });
  });
});

describe('parameters', () => {
  const valid = { amount: '1000', currency: 'usd' };
  const missing = (name: string) => ({ code: 'parameter_missing', param: name });
  it.each<[string, Record<string, string>, { code?: string; param: string }]>([
    ['no amount', { currency: 'usd' }, missing('amount')],
    ['no currency', { amount: '1000' }, missing('currency')],
    ['an unknown parameter', { ...valid, amuont: '1' }, { code: 'parameter_unknown', param: 'amuont' }],
    ['a nested unknown one', { ...valid, 'shipping[nam]': 'x' }, { code: 'parameter_unknown', param: 'shipping[nam]' }],
    ['a nested missing one', { ...valid, 'shipping[name]': 'x' }, missing('shipping[address]')],
    ['no integer', { ...valid, amount: '10.50' }, { code: 'parameter_invalid_integer', param: 'amount' }],
    ['a negative amount', { ...valid, amount: '-5' }, { code: 'parameter_invalid_integer', param: 'amount' }],
    ['an empty amount', { ...valid, amount: '' }, { code: 'parameter_invalid_empty', param: 'amount' }],
    ['too little', { ...valid, amount: '49' }, { code: 'amount_too_small', param: 'amount' }],
    ['too little in yen', { amount: '49', currency: 'jpy' }, { code: 'amount_too_small', param: 'amount' }],
    ['too much', { ...valid, amount: '100000000' }, { code: 'amount_too_large', param: 'amount' }],
    ['an unknown currency', { ...valid, currency: 'xyz' }, { param: 'currency' }],
    ['a fraction of a fils', { amount: '10001', currency: 'kwd' }, { param: 'amount' }],
    ['no boolean', { ...valid, confirm: 'yes' }, { param: 'confirm' }],
    ['no such choice', { ...valid, capture_method: 'later' }, { param: 'capture_method' }],
    ['a text for an object', { ...valid, shipping: 'x' }, { param: 'shipping' }],
    ['an object for a text', { ...valid, 'description[x]': 'x' }, { param: 'description' }],
    ['a long metadata value', { ...valid, 'metadata[a]': 'x'.repeat(501) }, { param: 'metadata' }],
    ['a long metadata key', { ...valid, [`metadata[${'x'.repeat(41)}]`]: 'x' }, { param: 'metadata' }],
    ['what needs confirm', { ...valid, return_url: 'https://shop.example' }, { param: 'return_url' }],
    [
      'what endive removed',
      { ...valid, 'payment_method_types[]': 'card' },
      { code: 'payment_method_types_no_longer_supported', param: 'payment_method_types' },
    ],
    ['what is not simulated', { ...valid, on_behalf_of: 'acct_1' }, { param: 'on_behalf_of' }],
    ['both methods', { ...valid, payment_method: 'pm_card_visa', ...rawCard() }, { param: 'payment_method_data' }],
  ])('refuses %s', async (_what, fields, { code, param }) => {
    const { simulator, stripe } = await startStripe();
    const { status, body } = await post(`${simulator.url}/v1/payment_intents`, fields);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ param, type: 'invalid_request_error' });
    expect(body.error.code).toBe(code ?? body.error.code);
    if (code !== undefined) {
      expect(body.error.doc_url).toBe(`https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`);
    }
    expect((await stripe.paymentIntents.list()).data).toEqual([]);
  });

  it('names every unknown parameter', async () => {
    const { simulator } = await startStripe();
    const { body } = await post(`${simulator.url}/v1/customers`, { foo: '1', bar: '2' });
    expect(body.error.message).toBe('Received unknown parameters: foo, bar');
  });

  it('says what does not exist, and where it was named', async () => {
    const { stripe } = await startStripe();
    const path = await stripeErrorOf(stripe.paymentIntents.retrieve('pi_none'));
    expect(path).toMatchObject({ code: 'resource_missing', param: 'intent', statusCode: 404 });
    expect(path.message).toBe("No such payment_intent: 'pi_none'");
    const method = await stripeErrorOf(
      stripe.paymentIntents.create({ amount: 100, currency: 'usd', payment_method: 'pm_none' }),
    );
    expect(method).toMatchObject({ code: 'resource_missing', param: 'payment_method', statusCode: 400 });
  });

  it('bounds the page size', async () => {
    const { stripe } = await startStripe();
    for (const limit of [0, 101]) {
      const error = await stripeErrorOf(stripe.paymentIntents.list({ limit }));
      expect(error).toMatchObject({ code: 'parameter_invalid_integer', param: 'limit' });
    }
    const both = stripe.paymentIntents.list({ starting_after: 'pi_a', ending_before: 'pi_b' });
    expect((await stripeErrorOf(both)).code).toBe('parameters_exclusive');
  });
});

describe('requests that no endpoint takes', () => {
  it('answers 404 for an unknown address, and names what it knows', async () => {
    const { simulator } = await startStripe();
    const { status, body } = await post(`${simulator.url}/v1/transfers`, {});
    expect(status).toBe(404);
    expect(body.error.message).toContain('Unrecognized request URL (POST: /v1/transfers)');
    expect(body.error.message).toContain('payment_intents');
  });

  it('refuses JSON, and versions that are none', async () => {
    const { simulator } = await startStripe();
    const send = (headers: Record<string, string>) =>
      fetch(`${simulator.url}/v1/customers`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_KEY}`, ...headers },
        body: '{"name":"Ada"}',
      });
    expect((await send({ 'content-type': 'application/json' })).status).toBe(400);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send({ ...form, 'stripe-version': 'latest' })).status).toBe(400);
  });

  it('answers older versions at the current one, and says so', async () => {
    const { simulator } = await startStripe();
    const headers = { authorization: `Bearer ${TEST_KEY}`, 'stripe-version': '2024-06-20' };
    const response = await fetch(`${simulator.url}/v1/balance`, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('stripe-version')).toBe('2026-10-28.endive');
    expect(simulator.requests.at(-1)?.note).toBe('asked for API version 2024-06-20, answered at 2026-10-28.endive');
  });
});

function rawCard(): Record<string, string> {
  return {
    'payment_method_data[type]': 'card',
    'payment_method_data[card][number]': '4242424242424242',
    'payment_method_data[card][exp_month]': '12',
    'payment_method_data[card][exp_year]': '2040',
  };
}
