import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/integrations/stripe/simulator/routes.ts';
import { pay, startStripe, stripeErrorOf } from './setup.ts';

const DOCS = readFileSync(resolve(import.meta.dirname, '../../../docs/simulator.md'), 'utf8');
const OK_URL = 'https://example.com/ok';
const claimed = ROUTES.map(({ method, segments }) => `${method} ${segments.join('/')}`);

async function payer(stripe: Stripe): Promise<{ customer: string; card: string }> {
  const { id: customer } = await stripe.customers.create({ email: 'ada@example.com' });
  const { id: card } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: card } });
  return { customer, card };
}

async function monthly(stripe: Stripe, amount = 1_000): Promise<string> {
  const { id: product } = await stripe.products.create({ name: 'Pro' });
  const price = await stripe.prices.create({
    product,
    currency: 'usd',
    unit_amount: amount,
    recurring: { interval: 'month' },
  });
  return price.id;
}

/** Each through the typed calls of the official library; the last test sees that none was left out. */
const FLOWS: Readonly<Record<string, (stripe: Stripe) => Promise<void>>> = {
  async payments(stripe) {
    const intent = await stripe.paymentIntents.create({ amount: 900, currency: 'usd', capture_method: 'manual' });
    const updated = await stripe.paymentIntents.update(intent.id, { amount: 1_000, metadata: { order: '7' } });
    expect(updated).toMatchObject({ amount: 1_000, metadata: { order: '7' } });
    await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    const late = await stripeErrorOf(stripe.paymentIntents.update(intent.id, { amount: 1 }));
    expect(late.code).toBe('payment_intent_unexpected_state');
    await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 600 });
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
    await stripe.refunds.update(refund.id, { metadata: { why: 'x' } });
    await expect(stripe.refunds.retrieve(refund.id)).resolves.toMatchObject({ metadata: { why: 'x' }, amount: 100 });
    const { data: refunds } = await stripe.refunds.list({ payment_intent: intent.id });
    expect(refunds.map(({ amount }) => amount)).toEqual([100, 400]);
    const cancelled = await stripe.paymentIntents.create({ amount: 900, currency: 'usd' });
    await stripe.paymentIntents.cancel(cancelled.id);
    const found = await stripe.paymentIntents.search({ query: 'metadata["order"]:"7" AND amount>999' });
    expect(found.data.map(({ id }) => id)).toEqual([intent.id]);
    await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge.balance_transaction'] });
    expect((await stripe.paymentIntents.list({ limit: 1 })).has_more).toBe(true);
  },

  async charges(stripe) {
    const { latest_charge } = await pay(stripe, 'pm_card_visa', { metadata: { order: '8' } });
    const id = String(latest_charge);
    await stripe.charges.update(id, { description: 'Shoes' });
    await expect(stripe.charges.retrieve(id)).resolves.toMatchObject({ description: 'Shoes' });
    expect((await stripe.charges.list()).data).toHaveLength(1);
    expect((await stripe.charges.search({ query: 'metadata["order"]:"8"' })).data).toHaveLength(1);
    await stripe.balance.retrieve();
    const [booking] = (await stripe.balanceTransactions.list({ type: 'charge' })).data;
    await expect(stripe.balanceTransactions.retrieve(booking?.id ?? '')).resolves.toMatchObject({ source: id });
  },

  async 'payment methods and setup intents'(stripe) {
    const { customer } = await payer(stripe);
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
    const method = await stripe.paymentMethods.create({ type: 'card', card });
    await stripe.paymentMethods.update(method.id, { metadata: { a: 'b' } });
    const setup = await stripe.setupIntents.create({ customer, payment_method: method.id });
    await stripe.setupIntents.update(setup.id, { description: 'Saved' });
    await expect(stripe.setupIntents.confirm(setup.id)).resolves.toMatchObject({ status: 'succeeded' });
    await expect(stripe.paymentMethods.retrieve(method.id)).resolves.toMatchObject({ customer, metadata: { a: 'b' } });
    expect((await stripe.setupIntents.list({ customer })).data).toHaveLength(1);
    const other = await stripe.setupIntents.create({});
    await expect(stripe.setupIntents.cancel(other.id)).resolves.toMatchObject({ status: 'canceled' });
    await stripe.setupIntents.retrieve(other.id);
    expect((await stripe.paymentMethods.list({ customer, type: 'card' })).data).toHaveLength(2);
    expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(2);
    await expect(stripe.paymentMethods.detach(method.id)).resolves.toMatchObject({ customer: null });
    const refused = await stripeErrorOf(stripe.paymentMethods.attach('pm_card_visa_chargeDeclined', { customer }));
    expect(refused.code).toBe('card_declined');
  },

  async customers(stripe) {
    const { id } = await stripe.customers.create({ email: 'a@example.com', name: 'Ada' });
    await stripe.customers.update(id, { name: 'Ada L.', metadata: { vip: 'yes' } });
    expect((await stripe.customers.search({ query: 'email:"A@example.com" AND -name:"x"' })).data).toHaveLength(1);
    expect((await stripe.customers.list({ email: 'a@example.com' })).data).toHaveLength(1);
    await expect(stripe.customers.retrieve(id)).resolves.toMatchObject({ name: 'Ada L.' });
    await expect(stripe.customers.del(id)).resolves.toMatchObject({ deleted: true });
    await expect(stripe.customers.retrieve(id)).resolves.toMatchObject({ deleted: true });
    expect((await stripe.customers.list()).data).toEqual([]);
    const error = await stripeErrorOf(stripe.customers.search({ query: 'shoe:"1"' }));
    expect(error).toMatchObject({ statusCode: 400, param: 'query' });
  },

  async 'products and prices'(stripe) {
    const product = await stripe.products.create({ name: 'Pro' });
    await stripe.products.update(product.id, { description: 'All of it' });
    await stripe.products.retrieve(product.id);
    expect((await stripe.products.search({ query: 'name~"pr"' })).data).toHaveLength(1);
    expect((await stripe.products.list({ active: true })).data).toHaveLength(1);
    const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 5, lookup_key: 'k' });
    expect(String(price.unit_amount_decimal)).toBe('5');
    await stripe.prices.update(price.id, { nickname: 'Low' });
    await expect(stripe.prices.retrieve(price.id, { expand: ['product'] })).resolves.toMatchObject({
      nickname: 'Low',
      product: { name: 'Pro' },
    });
    expect((await stripe.prices.list({ lookup_keys: ['k'] })).data).toHaveLength(1);
    expect((await stripe.prices.search({ query: 'lookup_key:"k"' })).data).toHaveLength(1);
    expect((await stripeErrorOf(stripe.products.del(product.id))).statusCode).toBe(400);
    const unused = await stripe.products.create({ name: 'Unused' });
    await expect(stripe.products.del(unused.id)).resolves.toMatchObject({ deleted: true });
  },

  async subscriptions(stripe) {
    const { customer } = await payer(stripe);
    const [price, dearer] = [await monthly(stripe), await monthly(stripe, 3_000)];
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price }],
      expand: ['latest_invoice.payments.data.payment.payment_intent', 'latest_invoice.confirmation_secret'],
    });
    expect(made).toMatchObject({
      status: 'active',
      latest_invoice: {
        amount_paid: 1_000,
        parent: { subscription_details: { subscription: made.id } },
        payments: { data: [{ payment: { payment_intent: { status: 'succeeded' } } }] },
        status: 'paid',
      },
    });
    const [item] = made.items.data;
    expect(item?.current_period_end).toBeGreaterThan(item?.current_period_start ?? 0);
    await stripe.subscriptionItems.retrieve(item?.id ?? '');
    await stripe.subscriptionItems.update(item?.id ?? '', { quantity: 2 });
    const added = await stripe.subscriptionItems.create({ subscription: made.id, price: dearer });
    expect((await stripe.subscriptionItems.list({ subscription: made.id })).data).toHaveLength(2);
    const preview = await stripe.invoices.createPreview({ subscription: made.id });
    expect(preview.lines.data.length).toBeGreaterThan(2);
    await stripe.subscriptionItems.del(added.id);
    await stripe.subscriptions.update(made.id, { cancel_at_period_end: true });
    await expect(stripe.subscriptions.retrieve(made.id, { expand: ['customer'] })).resolves.toMatchObject({
      cancel_at_period_end: true,
      customer: { id: customer },
    });
    expect((await stripe.subscriptions.search({ query: 'status:"active"' })).data).toHaveLength(1);
    await expect(stripe.subscriptions.cancel(made.id)).resolves.toMatchObject({ status: 'canceled' });
    expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toHaveLength(1);
    expect((await stripe.subscriptions.list({ customer })).data).toHaveLength(0);
  },

  async invoices(stripe) {
    const { customer } = await payer(stripe);
    const invoice = await stripe.invoices.create({ customer, auto_advance: false });
    const item = await stripe.invoiceItems.create({ customer, invoice: invoice.id, amount: 700, currency: 'usd' });
    await stripe.invoiceItems.retrieve(item.id);
    expect((await stripe.invoiceItems.list({ customer })).data).toHaveLength(1);
    const waiting = await stripe.invoiceItems.create({ customer, amount: 5, currency: 'usd' });
    await stripe.invoiceItems.del(waiting.id);
    await stripe.invoices.update(invoice.id, { description: 'Work' });
    const final = await stripe.invoices.finalizeInvoice(invoice.id);
    expect(final).toMatchObject({ amount_due: 700, status: 'open', number: expect.stringMatching(/-0001$/) });
    expect((await stripe.invoices.listLineItems(invoice.id)).data).toMatchObject([
      { amount: 700, invoice: invoice.id },
    ]);
    await expect(stripe.invoices.pay(invoice.id)).resolves.toMatchObject({ amount_remaining: 0, status: 'paid' });
    const [payment] = (await stripe.invoicePayments.list({ invoice: invoice.id })).data;
    await expect(stripe.invoicePayments.retrieve(payment?.id ?? '')).resolves.toMatchObject({ status: 'paid' });
    const draft = await stripe.invoices.create({ customer });
    await stripe.invoices.del(draft.id);
    const lost = await stripe.invoices.create({ customer, collection_method: 'send_invoice', days_until_due: 3 });
    await stripe.invoiceItems.create({ customer, invoice: lost.id, amount: 1, currency: 'usd' });
    await stripe.invoices.sendInvoice(lost.id);
    await stripe.invoices.markUncollectible(lost.id);
    await expect(stripe.invoices.voidInvoice(lost.id)).resolves.toMatchObject({ status: 'void' });
    await stripe.invoices.retrieve(lost.id);
    expect((await stripe.invoices.list({ status: 'paid' })).data).toHaveLength(1);
    expect((await stripe.invoices.search({ query: 'total>100' })).data).toHaveLength(1);
  },

  async 'checkout sessions'(stripe) {
    const price_data = { currency: 'usd', unit_amount: 250, product_data: { name: 'Pen' } };
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ price_data, quantity: 3 }],
      success_url: `${OK_URL}?id={CHECKOUT_SESSION_ID}`,
      payment_intent_data: { metadata: { order: '9' } },
    });
    expect(session).toMatchObject({ amount_total: 750, payment_status: 'unpaid', status: 'open' });
    const visit = await fetch(session.url ?? '', { redirect: 'manual' });
    expect([visit.status, visit.headers.get('location')]).toEqual([302, `${OK_URL}?id=${session.id}`]);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['line_items', 'payment_intent'] });
    expect(done).toMatchObject({
      line_items: { data: [{ amount_total: 750, description: 'Pen' }] },
      payment_intent: { amount: 750, metadata: { order: '9' }, status: 'succeeded' },
      payment_status: 'paid',
      status: 'complete',
    });
    expect((await stripe.checkout.sessions.listLineItems(session.id)).data).toHaveLength(1);
    const other = await stripe.checkout.sessions.create({ mode: 'setup', currency: 'usd', success_url: OK_URL });
    await expect(stripe.checkout.sessions.expire(other.id)).resolves.toMatchObject({ status: 'expired' });
    expect((await stripe.checkout.sessions.list({ status: 'complete' })).data).toHaveLength(1);
  },

  async disputes(stripe) {
    const intent = await pay(stripe, 'pm_card_createDispute');
    const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
    expect(dispute).toMatchObject({ amount: 2_000, reason: 'fraudulent', status: 'needs_response' });
    const id = dispute?.id ?? '';
    const answered = await stripe.disputes.update(id, { evidence: { uncategorized_text: 'winning_evidence' } });
    expect(answered.status).toBe('under_review');
    await expect(stripe.disputes.retrieve(id)).resolves.toMatchObject({ status: 'won' });
    await pay(stripe, 'pm_card_createDispute');
    const [second] = (await stripe.disputes.list()).data;
    await expect(stripe.disputes.close(second?.id ?? '')).resolves.toMatchObject({ status: 'lost' });
  },

  async 'test clocks'(stripe) {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1_767_225_600, name: 'Year' });
    await expect(
      stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 60 }),
    ).resolves.toMatchObject({ status: 'advancing' });
    await expect(stripe.testHelpers.testClocks.retrieve(clock.id)).resolves.toMatchObject({ status: 'ready' });
    expect((await stripe.testHelpers.testClocks.list()).data).toHaveLength(1);
    await expect(stripe.testHelpers.testClocks.del(clock.id)).resolves.toMatchObject({ deleted: true });
  },

  async 'events and webhook endpoints'(stripe) {
    const endpoint = await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/x', enabled_events: ['*'] });
    expect(endpoint.secret).toMatch(/^whsec_\w{32}$/);
    await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
    const { secret, ...shown } = await stripe.webhookEndpoints.retrieve(endpoint.id);
    expect([secret, shown.status]).toEqual([undefined, 'disabled']);
    expect((await stripe.webhookEndpoints.list()).data).toHaveLength(1);
    await stripe.webhookEndpoints.del(endpoint.id);
    await stripe.customers.create();
    const [event] = (await stripe.events.list()).data;
    await expect(stripe.events.retrieve(event?.id ?? '')).resolves.toMatchObject({ type: 'customer.created' });
    const outside = stripe.webhookEndpoints.create({ url: 'https://example.com/x', enabled_events: ['*'] });
    expect((await stripeErrorOf(outside)).code).toBe('url_invalid');
  },
};

describe('every operation that the simulator claims', () => {
  const called = new Set<string>();

  it.each(Object.entries(FLOWS))('%s', async (_name, flow) => {
    const { stripe, simulator } = await startStripe();
    await flow(stripe);
    for (const { method, path, status } of simulator.requests) {
      const given = path.split('/');
      const route = ROUTES.find(
        (one) =>
          one.method === method &&
          one.segments.length === given.length &&
          one.segments.every((segment, at) => segment === ':id' || segment === given[at]),
      );
      if (route !== undefined && status === 200) called.add(`${route.method} ${route.segments.join('/')}`);
    }
  });

  it('was called with the official library', () => {
    expect(claimed.filter((operation) => !called.has(operation))).toEqual([]);
    expect(claimed.length).toBeGreaterThan(90);
  });

  it('is listed in the documentation, and nothing else', () => {
    const listed = [...DOCS.matchAll(/`((?:GET|POST|DELETE) \/v1\/[\w/:]+)`/g)].map(([, operation = '']) => operation);
    expect([...listed].sort()).toEqual([...claimed].sort());
  });
});
