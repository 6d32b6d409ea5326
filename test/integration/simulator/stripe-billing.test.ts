import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { startStripe, stripeErrorOf } from './setup.ts';

const JAN_31 = Date.UTC(2026, 0, 31, 12) / 1000;
const DAY = 24 * 60 * 60;
const at = (seconds: number) => new Date(seconds * 1000).toISOString();

async function clocked(stripe: Stripe, card = 'pm_card_visa') {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: JAN_31 });
  const customer = await stripe.customers.create({ test_clock: clock.id, email: 'ada@example.com' });
  const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 3_100,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  });
  const advance = (days: number) =>
    stripe.testHelpers.testClocks
      .retrieve(clock.id)
      .then(({ frozen_time }) =>
        stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: frozen_time + Math.round(days * DAY) }),
      );
  return { clock, customer, method, price, advance };
}

const types = async (stripe: Stripe, prefix: string) =>
  (await stripe.events.list({ limit: 100 })).data
    .map(({ type }) => type)
    .filter((type) => type.startsWith(prefix))
    .reverse();

describe('a subscription under a test clock', () => {
  it('renews at the end of each month, an hour after its draft', async () => {
    const { stripe } = await startStripe();
    const { customer, price, advance } = await clocked(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const period = async () => {
      const [item] = (await stripe.subscriptions.retrieve(id)).items.data;
      return [at(item?.current_period_start ?? 0), at(item?.current_period_end ?? 0)];
    };
    expect(await period()).toEqual(['2026-01-31T12:00:00.000Z', '2026-02-28T12:00:00.000Z']);
    await advance(28);
    expect(await period()).toEqual(['2026-02-28T12:00:00.000Z', '2026-03-31T12:00:00.000Z']);
    expect((await stripe.invoices.list({ subscription: id, status: 'draft' })).data).toHaveLength(1);
    await advance(1);
    const { data } = await stripe.invoices.list({ subscription: id });
    expect(data.map(({ status, billing_reason, amount_paid }) => [status, billing_reason, amount_paid])).toEqual([
      ['paid', 'subscription_cycle', 3_100],
      ['paid', 'subscription_create', 3_100],
    ]);
    await advance(31);
    expect(await period()).toEqual(['2026-03-31T12:00:00.000Z', '2026-04-30T12:00:00.000Z']);
  });

  it('keeps the card that paid as its default, where its settings say so', async () => {
    const { stripe } = await startStripe();
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
      product_data: { name: 'Pro' },
    });
    const paidWith = async (save_default_payment_method: 'on_subscription' | 'off') => {
      const customer = await stripe.customers.create({});
      const { id, latest_invoice: invoice } = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        payment_behavior: 'default_incomplete',
        payment_settings: { save_default_payment_method },
        expand: ['latest_invoice.confirmation_secret'],
      });
      const secret = typeof invoice === 'string' ? undefined : invoice?.confirmation_secret?.client_secret;
      const intent = secret?.split('_secret')[0] ?? '';
      const { payment_method } = await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' });
      const { status, default_payment_method, payment_settings } = await stripe.subscriptions.retrieve(id);
      expect(status).toBe('active');
      expect(payment_settings?.save_default_payment_method).toBe(save_default_payment_method);
      return { payment_method, default_payment_method };
    };
    const saved = await paidWith('on_subscription');
    expect(saved.default_payment_method).toMatch(/^pm_/);
    expect(saved.default_payment_method).toBe(saved.payment_method);
    expect((await paidWith('off')).default_payment_method).toBeNull();
  });

  it('begins with a trial that tells of its end and then is paid', async () => {
    const { stripe } = await startStripe();
    const { customer, price, advance } = await clocked(stripe);
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: 7,
    });
    expect(made).toMatchObject({ status: 'trialing', trial_end: JAN_31 + 7 * DAY });
    await advance(5);
    expect(await types(stripe, 'customer.subscription')).toEqual([
      'customer.subscription.created',
      'customer.subscription.trial_will_end',
    ]);
    await advance(3);
    await expect(stripe.subscriptions.retrieve(made.id, { expand: ['latest_invoice'] })).resolves.toMatchObject({
      status: 'active',
      latest_invoice: { amount_paid: 3_100, billing_reason: 'subscription_cycle' },
    });
  });

  it('falls past due when a renewal fails, is tried again, and recovers with another card', async () => {
    const { stripe } = await startStripe();
    const { customer, price, advance } = await clocked(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    await stripe.subscriptions.update(id, { default_payment_method: bad.id });
    await advance(29);
    const failed = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    expect(failed).toMatchObject({ status: 'past_due', latest_invoice: { attempt_count: 1, status: 'open' } });
    const [, good] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
    await stripe.subscriptions.update(id, { default_payment_method: good?.id ?? '' });
    await advance(4);
    await expect(stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })).resolves.toMatchObject({
      status: 'active',
      latest_invoice: { attempt_count: 2, status: 'paid' },
    });
    expect(await types(stripe, 'invoice.payment')).toEqual([
      'invoice.payment_succeeded',
      'invoice.payment_failed',
      'invoice.payment_succeeded',
    ]);
  });

  it('ends when every attempt has failed', async () => {
    const { stripe } = await startStripe();
    const { customer, price, advance } = await clocked(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    await stripe.subscriptions.update(id, { default_payment_method: bad.id });
    await advance(50);
    await expect(stripe.subscriptions.retrieve(id)).resolves.toMatchObject({
      cancellation_details: { reason: 'payment_failed' },
      status: 'canceled',
    });
    expect(await types(stripe, 'invoice.payment_failed')).toHaveLength(4);
    expect(await types(stripe, 'customer.subscription.deleted')).toHaveLength(1);
  });

  it('ends with its period when that was asked for', async () => {
    const { stripe } = await startStripe();
    const { customer, price, advance } = await clocked(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const told = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(told).toMatchObject({ cancel_at_period_end: true, status: 'active' });
    await advance(29);
    await expect(stripe.subscriptions.retrieve(id)).resolves.toMatchObject({ status: 'canceled' });
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
  });

  it('bills changes in the middle of a period with the next invoice', async () => {
    const { stripe } = await startStripe();
    const { customer, price, advance } = await clocked(stripe);
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await advance(14);
    await stripe.subscriptions.update(made.id, { items: [{ id: made.items.data[0]?.id ?? '', quantity: 2 }] });
    const preview = await stripe.invoices.createPreview({ subscription: made.id });
    expect(preview.lines.data.map(({ amount }) => amount)).toEqual([6_200, -1_550, 3_100]);
    await advance(15);
    const [renewal] = (await stripe.invoices.list({ subscription: made.id, limit: 1 })).data;
    expect(renewal).toMatchObject({ amount_paid: 7_750, status: 'paid' });
  });

  it('only goes forward, two intervals at most', async () => {
    const { stripe } = await startStripe();
    const { customer, price, advance } = await clocked(stripe);
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    expect((await stripeErrorOf(advance(90))).message).toContain('at most two intervals');
    expect((await stripeErrorOf(advance(-1))).param).toBe('frozen_time');
  });
});

describe('the first payment of a subscription', () => {
  it('waits for authentication, and the subscription becomes active with it', async () => {
    const { stripe } = await startStripe();
    const { customer, price } = await clocked(stripe, 'pm_card_authenticationRequired');
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      expand: ['latest_invoice.payments.data.payment.payment_intent'],
    });
    expect(made.status).toBe('incomplete');
    const invoice = made.latest_invoice as Stripe.Invoice;
    const intent = invoice.payments?.data[0]?.payment.payment_intent as Stripe.PaymentIntent;
    expect(intent.status).toBe('requires_action');
    const page = intent.next_action?.use_stripe_sdk as { stripe_js: string };
    await fetch(page.stripe_js);
    await expect(stripe.subscriptions.retrieve(made.id)).resolves.toMatchObject({ status: 'active' });
  });

  it('expires a day after it was left', async () => {
    const { stripe } = await startStripe();
    const { customer, price, advance } = await clocked(stripe, 'pm_card_chargeCustomerFail');
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    expect(made.status).toBe('incomplete');
    await advance(1);
    await expect(stripe.subscriptions.retrieve(made.id, { expand: ['latest_invoice'] })).resolves.toMatchObject({
      status: 'incomplete_expired',
      latest_invoice: { status: 'void' },
    });
  });

  it('is left to the client, or refused as a whole', async () => {
    const { stripe } = await startStripe();
    const { customer, price } = await clocked(stripe, 'pm_card_chargeCustomerFail');
    const items = [{ price: price.id }];
    const left = await stripe.subscriptions.create({
      customer: customer.id,
      items,
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.confirmation_secret'],
    });
    expect(left.status).toBe('incomplete');
    const { confirmation_secret: secret } = left.latest_invoice as Stripe.Invoice;
    expect(secret?.client_secret).toMatch(/^pi_\w+_secret_/);
    const [id = ''] = secret?.client_secret.split('_secret_') ?? [];
    await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    await expect(stripe.subscriptions.retrieve(left.id)).resolves.toMatchObject({ status: 'active' });
    const refused = await stripeErrorOf(
      stripe.subscriptions.create({ customer: customer.id, items, payment_behavior: 'error_if_incomplete' }),
    );
    expect(refused).toMatchObject({ code: 'card_declined', statusCode: 402 });
    expect((await stripe.subscriptions.list({ status: 'all' })).data).toHaveLength(1);
  });
});
