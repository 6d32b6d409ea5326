import type { Call } from './account.ts';
import { StripeApiError } from './api-error.ts';
import { callApi } from './routes.ts';

/**
 * Makes real objects by the requests that lead to an event. Overrides are parameters of the request that makes the object; with `id`
 * the event happens to an object that exists. Returns the id of the object that the event is about.
 */
export type Trigger = (call: Call, overrides: Readonly<Record<string, unknown>>) => string;

export const PAYMENT = { amount: 2_000, currency: 'usd' };
export const DECLINED = 'pm_card_visa_chargeDeclined';

export const pay =
  (more: object): Trigger =>
  (call, overrides) => {
    const { id, ...rest } = overrides;
    const path = typeof id === 'string' ? `/v1/payment_intents/${id}/confirm` : '/v1/payment_intents';
    const base = typeof id === 'string' ? {} : { ...PAYMENT, confirm: true };
    const parameters = { payment_method: 'pm_card_visa', ...base, ...more, ...rest };
    return ignoreDecline(
      () => callApi(call, 'POST', path, parameters).id,
      () => newest(call, 'paymentIntents'),
    );
  };

/** A payment, and a request about it. */
export const afterPayment =
  (card: string, request: (call: Call, intent: string, overrides: object) => string): Trigger =>
  (call, { id, ...overrides }) => {
    const intent =
      typeof id === 'string'
        ? id
        : callApi(call, 'POST', '/v1/payment_intents', { ...PAYMENT, confirm: true, payment_method: card }).id;
    return request(call, intent, overrides);
  };

export const chargeOf = (call: Call, intent: string) =>
  call.account.paymentIntents.get(intent)?.latest_charge ?? intent;

export const authorized: Trigger = (call, overrides) => pay({ capture_method: 'manual' })(call, overrides);

export function subscribe(call: Call, { customer, price, ...overrides }: Readonly<Record<string, unknown>>): string {
  const owner = typeof customer === 'string' ? customer : createPayer(call);
  const item = typeof price === 'string' ? price : createPrice(call);
  return callApi(call, 'POST', '/v1/subscriptions', { customer: owner, items: [{ price: item }], ...overrides }).id;
}

function createPayer(call: Call, card = 'pm_card_visa'): string {
  const { id } = callApi(call, 'POST', '/v1/customers', { email: 'jenny.rosen@example.com', name: 'Jenny Rosen' });
  const method = callApi(call, 'POST', `/v1/payment_methods/${card}/attach`, { customer: id }).id;
  callApi(call, 'POST', `/v1/customers/${id}`, { invoice_settings: { default_payment_method: method } });
  return id;
}

function createPrice(call: Call): string {
  return callApi(call, 'POST', '/v1/prices', {
    currency: 'usd',
    unit_amount: 1_500,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  }).id;
}

export const existing = (overrides: Readonly<Record<string, unknown>>, make: () => string): string =>
  typeof overrides['id'] === 'string' ? overrides['id'] : make();

export const withoutId = ({ id: _id, ...rest }: Readonly<Record<string, unknown>>) => rest;

export function invoice(call: Call, overrides: Readonly<Record<string, unknown>>, card: string): string {
  return existing(overrides, () => {
    const { amount = 2_000, currency = 'usd', ...rest } = withoutId(overrides);
    const customer = typeof rest['customer'] === 'string' ? rest['customer'] : createPayer(call, card);
    const { id } = callApi(call, 'POST', '/v1/invoices', { ...rest, customer, currency });
    callApi(call, 'POST', '/v1/invoiceitems', { customer, invoice: id, amount, currency, description: 'Simulated' });
    return id;
  });
}

export function payInvoice(call: Call, overrides: Readonly<Record<string, unknown>>, card: string): string {
  const id = invoice(call, overrides, card);
  return ignoreDecline(
    () => callApi(call, 'POST', `/v1/invoices/${id}/pay`).id,
    () => id,
  );
}

export function checkout(call: Call, overrides: Readonly<Record<string, unknown>>): string {
  return existing(overrides, () => {
    const { payment_method: _card, amount = 2_000, currency = 'usd', ...rest } = withoutId(overrides);
    const price_data = { currency, unit_amount: amount, product_data: { name: 'T-shirt' } };
    return callApi(call, 'POST', '/v1/checkout/sessions', {
      mode: 'payment',
      line_items: [{ price_data, quantity: 1 }],
      success_url: 'https://example.com/success?session_id={CHECKOUT_SESSION_ID}',
      ...rest,
    }).id;
  });
}

/** A decline is what some triggers are for. */
function ignoreDecline(work: () => string, about: () => string): string {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof StripeApiError && thrown.type === 'card_error') return about();
    throw thrown;
  }
}

function newest(call: Call, kind: 'paymentIntents'): string {
  return call.account[kind].newestFirst()[0]?.id ?? '';
}
