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

it('settles refunds afterwards, well or badly, as the card says', async () => {
  const { stripe } = await startStripe();
  const refund = async (card: string) => {
    const { id, latest_charge: charge } = await pay(stripe, card);
    const { id: refundId, status } = await stripe.refunds.create({ payment_intent: id });
    const after = await stripe.refunds.retrieve(refundId);
    const { amount_refunded, refunded } = await stripe.charges.retrieve(String(charge));
    return [status, after.status, after.failure_reason, amount_refunded, refunded];
  };
  expect(await refund('pm_card_visa')).toEqual(['succeeded', 'succeeded', undefined, 2_000, true]);
  expect(await refund('pm_card_pendingRefund')).toEqual(['pending', 'succeeded', undefined, 2_000, true]);
  expect(await refund('pm_card_refundFail')).toEqual(['succeeded', 'failed', 'expired_or_canceled_card', 0, false]);
  const { data } = await stripe.events.list({ types: ['refund.updated', 'refund.failed'] });
  expect(data.map(({ type }) => type).sort()).toEqual(['refund.failed', 'refund.updated', 'refund.updated']);
});

it('makes funds available at once, and blocks the highest risk', async () => {
  const { stripe } = await startStripe();
  await pay(stripe, 'pm_card_bypassPending', { capture_method: 'automatic' });
  const { available } = await stripe.balance.retrieve();
  expect(available).toMatchObject([{ amount: 2_000 - 88, currency: 'usd' }]);
  const blocked = await stripeErrorOf(pay(stripe, 'pm_card_riskLevelHighest'));
  expect(blocked).toMatchObject({ code: 'card_declined', decline_code: 'fraudulent' });
});

it('charges a card whose security code is wrong, and does not save it', async () => {
  const { stripe } = await startStripe();
  const { latest_charge } = await pay(stripe, 'pm_card_cvcCheckFail', { expand: ['latest_charge'] });
  expect(latest_charge).toMatchObject({ payment_method_details: { card: { checks: { cvc_check: 'fail' } } } });
  expect(await stripeErrorOf(stripe.customers.create({ payment_method: 'pm_card_cvcCheckFail' }))).toMatchObject({
    code: 'incorrect_cvc',
  });
});
