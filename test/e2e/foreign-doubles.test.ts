import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createEmulator } from 'emulate';
import { describe, expect, it } from 'vitest';
import { onTestEnd, succeed } from '../support/server-process.ts';
import { TEST_KEY } from '../support/stripe-service.ts';
import { connectInMemory } from './in-memory-server.ts';

/** Our server with Stripe at a double that others wrote: each of them knows the API in its own way. */
async function openAt(baseUrl: string) {
  const server = await connectInMemory({ env: { STRIPE_SECRET_KEY: TEST_KEY } });
  await succeed(server, 'configure_integration', { service: 'stripe', base_url: baseUrl });
  const call = async (operation: string, params: object = {}) =>
    (await succeed(server, 'call_api', { integration: 'stripe', operation, params, allow_duplicate: true }))[
      'data'
    ] as Fields;
  const post = async (path: string, params: object = {}, reference?: string) =>
    succeed(server, 'call_api', {
      integration: 'stripe',
      method: 'POST',
      path,
      params,
      allow_duplicate: true,
      ...(reference === undefined ? {} : { reference }),
    });
  const read = async (target: object, params: object = {}) =>
    succeed(server, 'read_api', { integration: 'stripe', ...target, params });
  const remove = (path: string) =>
    succeed(server, 'call_api', { integration: 'stripe', method: 'DELETE', path, allow_duplicate: true });
  return { call, post, read, remove };
}

/** A list with this object in it; doubles have some of their own. */
const holding = ({ id }: Fields) => ({ items: expect.arrayContaining([expect.objectContaining({ id })]) });

type Fields = { id: string } & Record<string, unknown>;

describe('emulate', () => {
  async function openEmulate() {
    const emulator = await createEmulator({ service: 'stripe', port: 20_000 + Math.floor(Math.random() * 20_000) });
    onTestEnd(() => emulator.close());
    return openAt(emulator.url);
  }

  it('takes every call of Stripe that it knows', async () => {
    const { call, read, post } = await openEmulate();
    const customer = await call('createCustomer', { email: 'ada@example.com', metadata: { plan: 'gold' } });
    expect(await call('updateCustomer', { id: customer.id, name: 'Ada' })).toMatchObject({
      id: customer.id,
      name: 'Ada',
    });
    expect(await read({ operation: 'retrieveCustomer' }, { id: customer.id })).toMatchObject({
      data: { email: 'ada@example.com' },
    });
    expect(await read({ operation: 'listCustomers' })).toMatchObject(holding(customer));

    const product = await call('createProduct', { name: 'Book' });
    const price = await call('createPrice', { product: product.id, currency: 'usd', unit_amount: 500 });
    expect(await read({ operation: 'retrieveProduct' }, { id: product.id })).toMatchObject({ data: { name: 'Book' } });
    expect(await read({ operation: 'retrievePrice' }, { id: price.id })).toMatchObject({ data: { unit_amount: 500 } });
    expect(await read({ operation: 'listProducts' })).toMatchObject(holding(product));
    expect(await read({ operation: 'listPrices' })).toMatchObject(holding(price));

    const intent = await call('createPaymentIntent', { amount: 500, currency: 'usd', customer: customer.id });
    expect(await call('updatePaymentIntent', { id: intent.id, amount: 700 })).toMatchObject({ id: intent.id });
    expect(await call('confirmPaymentIntent', { id: intent.id, payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'succeeded',
    });
    expect(await read({ operation: 'retrievePaymentIntent' }, { id: intent.id })).toMatchObject({
      data: { status: 'succeeded' },
    });
    const other = await call('createPaymentIntent', { amount: 900, currency: 'usd' });
    expect(await call('cancelPaymentIntent', { id: other.id })).toMatchObject({ status: 'canceled' });
    expect(await read({ operation: 'listPaymentIntents' })).toMatchObject({ count: 2 });
    const charges = (await read({ operation: 'listCharges' })) as { items?: Fields[] };
    expect(charges.items).toHaveLength(1);
    expect(await read({ operation: 'retrieveCharge' }, { id: charges.items?.[0]?.id })).toMatchObject({
      data: { object: 'charge' },
    });
    expect(await read({ operation: 'listPaymentMethods' }, { customer: customer.id })).toMatchObject({
      items: expect.any(Array),
    });

    const lines = [{ price: price.id, quantity: 2 }];
    const session = await call('createCheckoutSession', {
      mode: 'payment',
      line_items: lines,
      success_url: 'https://a.example/',
    });
    expect(await read({ operation: 'retrieveCheckoutSession' }, { id: session.id })).toMatchObject({
      data: { status: 'open' },
    });
    expect(await read({ operation: 'listCheckoutSessions' })).toMatchObject({ count: 1 });
    expect(await call('expireCheckoutSession', { id: session.id })).toMatchObject({ status: 'expired' });
    expect(await post('/v1/customer_sessions', { customer: customer.id })).toMatchObject({
      data: { object: 'customer_session' },
    });
    expect(await call('deleteCustomer', { id: customer.id })).toMatchObject({ deleted: true });
  });
});

describe('stripe-stateful-mock', () => {
  async function openMock() {
    const { createExpressApp } = createRequire(import.meta.url)('stripe-stateful-mock') as {
      createExpressApp(): never;
    };
    const server = createServer(createExpressApp());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    return openAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  it('takes every call of Stripe that it knows', async () => {
    const { call, post, read, remove } = await openMock();
    const customer = await call('createCustomer', { email: 'ada@example.com' });
    expect(await call('updateCustomer', { id: customer.id, description: 'VIP' })).toMatchObject({ description: 'VIP' });
    expect(await read({ operation: 'retrieveCustomer' }, { id: customer.id })).toMatchObject({
      data: { email: 'ada@example.com' },
    });
    expect(await read({ operation: 'listCustomers' })).toMatchObject({ items: expect.any(Array) });
    const card = (await post(`/v1/customers/${customer.id}/sources`, { source: 'tok_visa' }))['data'] as Fields;
    const cards = `/v1/customers/${customer.id}/cards/${card.id}`;
    expect(await read({ path: cards })).toMatchObject({ data: { id: card.id } });

    const charge = (await post('/v1/charges', { amount: 500, currency: 'usd', source: 'tok_visa', capture: false }))[
      'data'
    ] as Fields;
    expect(await post(`/v1/charges/${charge.id}/capture`)).toMatchObject({ data: { captured: true } });
    expect(await call('updateCharge', { id: charge.id, description: 'Book' })).toMatchObject({ description: 'Book' });
    expect(await read({ operation: 'listCharges' })).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ id: charge.id })]),
    });
    const refund = (await post('/v1/refunds', { charge: charge.id, amount: 100 }))['data'] as Fields;
    expect(await read({ operation: 'retrieveRefund' }, { id: refund.id })).toMatchObject({ data: { amount: 100 } });
    expect(await read({ operation: 'listRefunds' }, { charge: charge.id })).toMatchObject({ count: 1 });
    expect(await read({ path: `/v1/charges/${charge.id}/refunds` })).toMatchObject({ count: 1 });

    const product = await call('createProduct', { name: 'Book' });
    const price = await call('createPrice', {
      product: product.id,
      currency: 'usd',
      unit_amount: 500,
      recurring: { interval: 'month' },
    });
    expect(await call('updatePrice', { id: price.id, nickname: 'gold' })).toMatchObject({ nickname: 'gold' });
    expect(await read({ operation: 'retrieveProduct' }, { id: product.id })).toMatchObject({ data: { name: 'Book' } });
    expect(await read({ operation: 'retrievePrice' }, { id: price.id })).toMatchObject({ data: { unit_amount: 500 } });
    expect(await read({ operation: 'listProducts' })).toMatchObject({ items: expect.any(Array) });
    expect(await read({ operation: 'listPrices' })).toMatchObject({ items: expect.any(Array) });

    // It knows subscriptions of 2020: their items have plans.
    const monthly = { amount: 500, currency: 'usd', interval: 'month', product: { name: 'Book' } };
    const plan = (await post('/v1/plans', monthly))['data'] as Fields;
    expect(await read({ path: `/v1/plans/${plan.id}` })).toMatchObject({ data: { amount: 500 } });
    const subscription = await call('createSubscription', { customer: customer.id, items: [{ plan: plan.id }] });
    expect(await read({ operation: 'retrieveSubscription' }, { id: subscription.id })).toMatchObject({
      data: { customer: customer.id },
    });
    const items = await read({ path: '/v1/subscription_items' }, { subscription: subscription.id });
    expect(items).toMatchObject({ count: 1 });
    const item = `/v1/subscription_items/${(items['items'] as Fields[])[0]?.id}`;
    expect(await read({ path: item })).toMatchObject({ data: { quantity: 1 } });
    expect(await post(item, { quantity: 3 })).toMatchObject({ data: { quantity: 3 } });
    expect(await read({ path: '/v1/plans' })).toMatchObject(holding(plan));
    expect(await read({ operation: 'listSubscriptions' }, { customer: customer.id })).toMatchObject({ count: 1 });

    const rate = (await post('/v1/tax_rates', { display_name: 'VAT', inclusive: false, percentage: 19 }))[
      'data'
    ] as Fields;
    expect(await post(`/v1/tax_rates/${rate.id}`, { active: false })).toMatchObject({ data: { active: false } });
    expect(await read({ path: `/v1/tax_rates/${rate.id}` })).toMatchObject({ data: { percentage: 19 } });
    expect(await read({ path: '/v1/tax_rates' })).toMatchObject(holding(rate));
    const account = (await post('/v1/accounts', { type: 'custom', country: 'US' }))['data'] as Fields;
    expect(await read({ path: `/v1/accounts/${account.id}` })).toMatchObject({ data: { id: account.id } });
    expect(await read({ path: '/v1/accounts' })).toMatchObject(holding(account));
    expect(await remove(`/v1/accounts/${account.id}`)).toMatchObject({ data: { deleted: true } });
    expect(await remove(`/v1/customers/${customer.id}/sources/${card.id}`)).toMatchObject({ data: { deleted: true } });
  });

  it('sees one charge for one reference, and replays it for the key', async () => {
    const { post } = await openMock();
    const charge = { amount: 500, currency: 'usd', source: 'tok_visa' };
    const first = await post('/v1/charges', charge, 'order-1');
    expect(await post('/v1/charges', charge, 'order-1')).toMatchObject({ replayed: true, data: first['data'] });
  });
});
