import { expect, it } from 'vitest';
import { pay, post, startStripe, stripeErrorOf } from './setup.ts';

it('takes the tokens of test cards, and no other', async () => {
  const { stripe } = await startStripe();
  const { card } = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_mastercard' } });
  expect(card).toMatchObject({ brand: 'mastercard', last4: '4444' });
  const declined = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa_chargeDeclined' } });
  expect(await stripeErrorOf(pay(stripe, declined.id))).toMatchObject({ code: 'card_declined', statusCode: 402 });
  for (const token of ['tok_none', 'pm_card_visa']) {
    const error = await stripeErrorOf(stripe.paymentMethods.create({ type: 'card', card: { token } }));
    expect(error).toMatchObject({ code: 'resource_missing', param: 'card[token]', statusCode: 400 });
  }
});

it('names what a raw card lacks', async () => {
  const { simulator } = await startStripe();
  const { body } = await post(`${simulator.url}/v1/payment_methods`, {
    type: 'card',
    'card[number]': '4242424242424242',
  });
  expect(body.error).toMatchObject({ code: 'parameter_missing', param: 'card[exp_month]' });
});

it.each([
  ['pm_card_gb', 'GB', '0000'],
  ['pm_card_de', 'DE', '0016'],
  ['pm_card_br', 'BR', '0002'],
])('%s is issued in %s', async (name, country, last4) => {
  const { stripe } = await startStripe();
  const { payment_method } = await pay(stripe, name, { expand: ['payment_method'] });
  expect(payment_method).toMatchObject({ card: { country, last4 } });
});

it('says what only Stripe knows', async () => {
  const { simulator } = await startStripe();
  const { url } = simulator;
  const proration = { proration_behavior: 'always_invoice' };
  const { body: value } = await post(`${url}/v1/subscriptions/sub_1`, proration);
  expect(value.error.message).toContain('Stripe knows the value always_invoice, the simulator does not');
  const { body: item } = await post(`${url}/v1/subscription_items/si_1`, proration);
  expect(item.error.message).toContain('the simulator does not');
  const { body: session } = await post(`${url}/v1/checkout/sessions`, {
    mode: 'payment',
    'payment_method_types[]': 'card',
  });
  expect(session.error.message).toContain('Stripe knows this parameter, the simulator does not');
});
