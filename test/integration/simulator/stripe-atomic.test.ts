import { expect, it } from 'vitest';
import { startStripe, stripeErrorOf } from './setup.ts';

it('makes a customer that names a test card as its default', async () => {
  const { stripe } = await startStripe();
  const { id, invoice_settings } = await stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const { data } = await stripe.paymentMethods.list({ customer: id });
  expect(data.map((method) => method.id)).toEqual([invoice_settings.default_payment_method]);
});

it('leaves nothing of a customer that is refused, and tells nobody of it', async () => {
  const { stripe } = await startStripe();
  for (const settings of [
    { payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_none' } },
    { payment_method: 'pm_card_chargeDeclined' },
  ]) {
    await stripeErrorOf(stripe.customers.create(settings));
  }
  expect((await stripe.customers.list()).data).toEqual([]);
  expect((await stripe.events.list()).data).toEqual([]);
});

it('leaves a subscription as it was when a part of the update is refused', async () => {
  const { stripe } = await startStripe();
  const { id: customer } = await stripe.customers.create({});
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 900,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  });
  const before = await stripe.subscriptions.create({
    customer,
    items: [{ price: price.id }],
    payment_behavior: 'default_incomplete',
  });
  const [item] = before.items.data;
  const error = await stripeErrorOf(
    stripe.subscriptions.update(before.id, {
      description: 'changed',
      metadata: { plan: 'pro' },
      items: [{ id: item?.id ?? '', quantity: 5 }, { id: 'si_none' }],
    }),
  );
  expect(error.statusCode).toBe(400);
  const after = await stripe.subscriptions.retrieve(before.id);
  expect({ ...after, lastResponse: undefined }).toEqual({ ...before, lastResponse: undefined });
});

it('keeps a payment that failed, and nothing of a subscription that had to be paid at once', async () => {
  const { stripe } = await startStripe();
  const { id: customer } = await stripe.customers.create({ payment_method: 'pm_card_chargeCustomerFail' });
  const [card] = (await stripe.paymentMethods.list({ customer })).data;
  const declined = await stripeErrorOf(
    stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer,
      payment_method: card?.id ?? '',
      confirm: true,
    }),
  );
  expect(declined.statusCode).toBe(402);
  const intents = await stripe.paymentIntents.list();
  expect(intents.data.map(({ status }) => status)).toEqual(['requires_payment_method']);
  const subscription = await stripeErrorOf(
    stripe.subscriptions.create({
      customer,
      default_payment_method: card?.id ?? '',
      items: [
        {
          price_data: {
            currency: 'usd',
            unit_amount: 900,
            recurring: { interval: 'month' },
            product: (await stripe.products.create({ name: 'Pro' })).id,
          },
        },
      ],
      payment_behavior: 'error_if_incomplete',
    }),
  );
  expect(subscription.statusCode).toBe(402);
  expect((await stripe.subscriptions.list({ status: 'all' })).data).toEqual([]);
  expect((await stripe.invoices.list()).data).toEqual([]);
  expect((await stripe.events.list({ type: 'customer.subscription.created' })).data).toEqual([]);
  expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
});
