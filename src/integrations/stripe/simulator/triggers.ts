import { AppError } from '../../../core/errors.ts';
import { StripeApiError } from './api-error.ts';
import { completeCheckout } from './complete-checkout.ts';
import { callApi } from './routes.ts';

import type { Trigger } from './trigger-steps.ts';
import {
  afterPayment,
  authorized,
  chargeOf,
  checkout,
  DECLINED,
  existing,
  invoice,
  PAYMENT,
  pay,
  payInvoice,
  subscribe,
  withoutId,
} from './trigger-steps.ts';

/** Every event that the simulator can make happen with its objects. */
export const TRIGGERS: Readonly<Record<string, Trigger>> = {
  'payment_intent.created': (call, overrides) =>
    callApi(call, 'POST', '/v1/payment_intents', { ...PAYMENT, ...overrides }).id,
  'payment_intent.succeeded': pay({}),
  'payment_intent.payment_failed': pay({ payment_method: DECLINED }),
  'payment_intent.requires_action': pay({ payment_method: 'pm_card_threeDSecure2Required' }),
  'payment_intent.amount_capturable_updated': authorized,
  'payment_intent.canceled': (call, overrides) => {
    const id = existing(
      overrides,
      () => callApi(call, 'POST', '/v1/payment_intents', { ...PAYMENT, ...withoutId(overrides) }).id,
    );
    return callApi(call, 'POST', `/v1/payment_intents/${id}/cancel`).id;
  },
  'charge.succeeded': (call, overrides) => chargeOf(call, pay({})(call, overrides)),
  'charge.failed': (call, overrides) => chargeOf(call, pay({ payment_method: DECLINED })(call, overrides)),
  'charge.captured': (call, overrides) => {
    const id = existing(overrides, () => authorized(call, withoutId(overrides)));
    callApi(call, 'POST', `/v1/payment_intents/${id}/capture`);
    return chargeOf(call, id);
  },
  'charge.refunded': afterPayment('pm_card_visa', (call, intent, overrides) => {
    callApi(call, 'POST', '/v1/refunds', { payment_intent: intent, ...overrides });
    return chargeOf(call, intent);
  }),
  'refund.created': afterPayment(
    'pm_card_visa',
    (call, intent, overrides) => callApi(call, 'POST', '/v1/refunds', { payment_intent: intent, ...overrides }).id,
  ),
  'charge.dispute.created': (call, overrides) => {
    pay({ payment_method: 'pm_card_createDispute' })(call, overrides);
    return '';
  },
  'setup_intent.succeeded': (call, overrides) =>
    callApi(call, 'POST', '/v1/setup_intents', { payment_method: 'pm_card_visa', ...overrides, confirm: true }).id,
  'customer.created': (call, overrides) =>
    callApi(call, 'POST', '/v1/customers', { email: 'jenny.rosen@example.com', ...overrides }).id,
  'customer.updated': (call, overrides) => {
    const id = existing(overrides, () => callApi(call, 'POST', '/v1/customers').id);
    return callApi(call, 'POST', `/v1/customers/${id}`, { description: 'Updated', ...withoutId(overrides) }).id;
  },
  'customer.deleted': (call, overrides) => {
    const id = existing(overrides, () => callApi(call, 'POST', '/v1/customers', withoutId(overrides)).id);
    return callApi(call, 'DELETE', `/v1/customers/${id}`).id;
  },
  'payment_method.attached': (call, { customer, payment_method: card = 'pm_card_visa' }) => {
    const owner = typeof customer === 'string' ? customer : callApi(call, 'POST', '/v1/customers').id;
    return callApi(call, 'POST', `/v1/payment_methods/${String(card)}/attach`, { customer: owner }).id;
  },
  'product.created': (call, overrides) => callApi(call, 'POST', '/v1/products', { name: 'T-shirt', ...overrides }).id,
  'price.created': (call, overrides) =>
    callApi(call, 'POST', '/v1/prices', {
      currency: 'usd',
      unit_amount: 1_500,
      product_data: { name: 'T-shirt' },
      ...overrides,
    }).id,
  'customer.subscription.created': subscribe,
  'customer.subscription.updated': (call, overrides) => {
    const id = existing(overrides, () => subscribe(call, {}));
    return callApi(call, 'POST', `/v1/subscriptions/${id}`, { cancel_at_period_end: true, ...withoutId(overrides) }).id;
  },
  'customer.subscription.deleted': (call, overrides) => {
    const id = existing(overrides, () => subscribe(call, withoutId(overrides)));
    return callApi(call, 'DELETE', `/v1/subscriptions/${id}`).id;
  },
  'invoice.created': (call, overrides) => invoice(call, overrides, 'pm_card_visa'),
  'invoice.finalized': (call, overrides) =>
    callApi(call, 'POST', `/v1/invoices/${invoice(call, overrides, 'pm_card_visa')}/finalize`).id,
  'invoice.paid': (call, overrides) => payInvoice(call, overrides, 'pm_card_visa'),
  'invoice.payment_succeeded': (call, overrides) => payInvoice(call, overrides, 'pm_card_visa'),
  'invoice.payment_failed': (call, overrides) => payInvoice(call, overrides, 'pm_card_chargeCustomerFail'),
  'invoice.voided': (call, overrides) => {
    const id = invoice(call, overrides, 'pm_card_visa');
    callApi(call, 'POST', `/v1/invoices/${id}/finalize`);
    return callApi(call, 'POST', `/v1/invoices/${id}/void`).id;
  },
  'checkout.session.completed': (call, overrides) => {
    const id = checkout(call, overrides);
    const session = call.account.checkoutSessions.get(id);
    if (session === undefined) return callApi(call, 'GET', `/v1/checkout/sessions/${id}`).id;
    const { payment_method: card = 'pm_card_visa' } = overrides;
    completeCheckout(call, session, String(card));
    return id;
  },
  'checkout.session.expired': (call, overrides) =>
    callApi(call, 'POST', `/v1/checkout/sessions/${checkout(call, overrides)}/expire`).id,
};

/** A refusal of a request that a trigger makes, as our error. */
export function toTriggerError(type: string, thrown: unknown): unknown {
  if (!(thrown instanceof StripeApiError)) return thrown;
  const { param, code } = thrown.fields;
  return new AppError('invalid_input', `${type} cannot be triggered so: ${thrown.message}`, {
    hint: 'Overrides are the parameters of the request that makes the object; id names an existing one.',
    details: { param, code },
  });
}
