import Stripe from 'stripe';
import { expect, it } from 'vitest';
import { anyObject } from '../../../src/integrations/any-object.ts';
import { stripeOperations } from '../../../src/integrations/stripe/operations/index.ts';
import { TEST_KEY } from '../../support/stripe-service.ts';
import { openClient } from './call-setup.ts';
import { serve } from './loopback-server.ts';

type Fields = Record<string, unknown>;
/** What is asked of our operation, and the same of the official library. */
type Pair = readonly [Fields, (stripe: Stripe, fields: never) => Promise<unknown>];

const ID = { id: 'obj_1' };
const LIST = { limit: 3, starting_after: 'obj_9' };
const SEARCH = { query: "email:'ada@example.com' AND metadata['a']:'b'", limit: 5 };
const META = { description: 'Zoë & Co', metadata: { order: '1', gone: '' } };

/** What follows the id in the library's calls; each of them has a type of its own for it. */
const rest = ({ id: _id, ...fields }: Fields) => fields as never;
const of = <T extends Fields>(fields: T, call: (stripe: Stripe, fields: never) => Promise<unknown>): Pair => [
  fields,
  call,
];

/** Every operation of ours beside the call of the official library that does the same. */
const PAIRS: Readonly<Record<string, Pair>> = {
  createPaymentIntent: of(
    { amount: 1050, currency: 'usd', automatic_payment_methods: { enabled: true, allow_redirects: 'never' }, ...META },
    (s, f) => s.paymentIntents.create(f),
  ),
  retrievePaymentIntent: of({ ...ID, expand: ['latest_charge', 'customer'] }, (s, f) =>
    s.paymentIntents.retrieve('obj_1', rest(f)),
  ),
  confirmPaymentIntent: of({ ...ID, payment_method: 'pm_1' }, (s, f) => s.paymentIntents.confirm('obj_1', rest(f))),
  capturePaymentIntent: of({ ...ID, amount_to_capture: 5 }, (s, f) => s.paymentIntents.capture('obj_1', rest(f))),
  cancelPaymentIntent: of({ ...ID, cancellation_reason: 'duplicate' }, (s, f) =>
    s.paymentIntents.cancel('obj_1', rest(f)),
  ),
  createRefund: of({ payment_intent: 'pi_1', amount: 5 }, (s, f) => s.refunds.create(f)),
  updatePaymentIntent: of({ ...ID, ...META }, (s, f) => s.paymentIntents.update('obj_1', rest(f))),
  listPaymentIntents: of({ ...LIST, created: { gte: 1_700_000_000 } }, (s, f) => s.paymentIntents.list(f)),
  searchPaymentIntents: of(SEARCH, (s, f) => s.paymentIntents.search(f)),
  retrieveRefund: of(ID, (s) => s.refunds.retrieve('obj_1')),
  updateRefund: of({ ...ID, metadata: { a: 'b' } }, (s, f) => s.refunds.update('obj_1', rest(f))),
  cancelRefund: of(ID, (s) => s.refunds.cancel('obj_1')),
  listRefunds: of({ ...LIST, payment_intent: 'pi_1' }, (s, f) => s.refunds.list(f)),

  createCustomer: of({ email: 'ada@example.com', address: { line1: 'A 1', city: null }, ...META }, (s, f) =>
    s.customers.create(f),
  ),
  retrieveCustomer: of(ID, (s) => s.customers.retrieve('obj_1')),
  updateCustomer: of({ ...ID, description: null, phone: '' }, (s, f) => s.customers.update('obj_1', rest(f))),
  deleteCustomer: of(ID, (s) => s.customers.del('obj_1')),
  listCustomers: of({ ...LIST, email: 'ada+1@example.com' }, (s, f) => s.customers.list(f)),
  searchCustomers: of(SEARCH, (s, f) => s.customers.search(f)),
  listCustomerPaymentMethods: of({ ...ID, ...LIST, type: 'card' }, (s, f) =>
    s.customers.listPaymentMethods('obj_1', rest(f)),
  ),
  createPaymentMethod: of({ type: 'card', card: { token: 'tok_visa' } }, (s, f) => s.paymentMethods.create(f)),
  retrievePaymentMethod: of(ID, (s) => s.paymentMethods.retrieve('obj_1')),
  updatePaymentMethod: of({ ...ID, card: { exp_month: 5 } }, (s, f) => s.paymentMethods.update('obj_1', rest(f))),
  attachPaymentMethod: of({ ...ID, customer: 'cus_1' }, (s, f) => s.paymentMethods.attach('obj_1', rest(f))),
  detachPaymentMethod: of(ID, (s) => s.paymentMethods.detach('obj_1')),
  listPaymentMethods: of({ ...LIST, customer: 'cus_1' }, (s, f) => s.paymentMethods.list(f)),
  createSetupIntent: of({ customer: 'cus_1', confirm: true, usage: 'off_session' }, (s, f) => s.setupIntents.create(f)),
  retrieveSetupIntent: of(ID, (s) => s.setupIntents.retrieve('obj_1')),
  updateSetupIntent: of({ ...ID, ...META }, (s, f) => s.setupIntents.update('obj_1', rest(f))),
  confirmSetupIntent: of({ ...ID, payment_method: 'pm_1' }, (s, f) => s.setupIntents.confirm('obj_1', rest(f))),
  cancelSetupIntent: of(ID, (s) => s.setupIntents.cancel('obj_1')),
  listSetupIntents: of({ ...LIST, customer: 'cus_1' }, (s, f) => s.setupIntents.list(f)),

  createProduct: of({ name: 'Book', images: ['https://a.example/1.png'], ...META }, (s, f) => s.products.create(f)),
  retrieveProduct: of(ID, (s) => s.products.retrieve('obj_1')),
  updateProduct: of({ ...ID, active: false }, (s, f) => s.products.update('obj_1', rest(f))),
  deleteProduct: of(ID, (s) => s.products.del('obj_1')),
  listProducts: of({ ...LIST, ids: ['a', 'b'] }, (s, f) => s.products.list(f)),
  searchProducts: of(SEARCH, (s, f) => s.products.search(f)),
  createPrice: of({ currency: 'usd', unit_amount: 500, recurring: { interval: 'month' }, product: 'prod_1' }, (s, f) =>
    s.prices.create(f),
  ),
  retrievePrice: of(ID, (s) => s.prices.retrieve('obj_1')),
  updatePrice: of({ ...ID, active: true }, (s, f) => s.prices.update('obj_1', rest(f))),
  listPrices: of({ ...LIST, lookup_keys: ['gold'] }, (s, f) => s.prices.list(f)),
  searchPrices: of(SEARCH, (s, f) => s.prices.search(f)),
  createCheckoutSession: of(
    {
      mode: 'payment',
      line_items: [{ price: 'price_1', quantity: 2 }],
      success_url: 'https://a.example/?s={CHECKOUT_SESSION_ID}',
    },
    (s, f) => s.checkout.sessions.create(f),
  ),
  retrieveCheckoutSession: of(ID, (s) => s.checkout.sessions.retrieve('obj_1')),
  expireCheckoutSession: of(ID, (s) => s.checkout.sessions.expire('obj_1')),
  listCheckoutSessions: of({ ...LIST, status: 'open' }, (s, f) => s.checkout.sessions.list(f)),
  listCheckoutLineItems: of({ ...ID, limit: 2 }, (s, f) => s.checkout.sessions.listLineItems('obj_1', rest(f))),

  createSubscription: of(
    { customer: 'cus_1', items: [{ price: 'price_1' }, { price: 'price_2', quantity: 3 }], trial_end: 'now' },
    (s, f) => s.subscriptions.create(f),
  ),
  retrieveSubscription: of(ID, (s) => s.subscriptions.retrieve('obj_1')),
  updateSubscription: of({ ...ID, cancel_at_period_end: true }, (s, f) => s.subscriptions.update('obj_1', rest(f))),
  cancelSubscription: of({ ...ID, prorate: true }, (s, f) => s.subscriptions.cancel('obj_1', rest(f))),
  resumeSubscription: of({ ...ID, billing_cycle_anchor: 'now' }, (s, f) => s.subscriptions.resume('obj_1', rest(f))),
  listSubscriptions: of({ ...LIST, status: 'all' }, (s, f) => s.subscriptions.list(f)),
  searchSubscriptions: of(SEARCH, (s, f) => s.subscriptions.search(f)),
  createInvoice: of({ customer: 'cus_1', auto_advance: false, ...META }, (s, f) => s.invoices.create(f)),
  retrieveInvoice: of(ID, (s) => s.invoices.retrieve('obj_1')),
  updateInvoice: of({ ...ID, due_date: new Date(1_700_000_000_000) }, (s, f) => s.invoices.update('obj_1', rest(f))),
  deleteDraftInvoice: of(ID, (s) => s.invoices.del('obj_1')),
  finalizeInvoice: of({ ...ID, auto_advance: true }, (s, f) => s.invoices.finalizeInvoice('obj_1', rest(f))),
  payInvoice: of({ ...ID, paid_out_of_band: true }, (s, f) => s.invoices.pay('obj_1', rest(f))),
  sendInvoice: of(ID, (s) => s.invoices.sendInvoice('obj_1')),
  voidInvoice: of(ID, (s) => s.invoices.voidInvoice('obj_1')),
  markInvoiceUncollectible: of(ID, (s) => s.invoices.markUncollectible('obj_1')),
  createInvoicePreview: of(
    { customer: 'cus_1', subscription_details: { items: [{ id: 'si_1', deleted: true }] } },
    (s, f) => s.invoices.createPreview(f),
  ),
  listInvoices: of({ ...LIST, subscription: 'sub_1' }, (s, f) => s.invoices.list(f)),
  searchInvoices: of(SEARCH, (s, f) => s.invoices.search(f)),
  listInvoiceLines: of({ ...ID, ...LIST }, (s, f) => s.invoices.listLineItems('obj_1', rest(f))),
  createInvoiceItem: of({ customer: 'cus_1', amount: 5, currency: 'usd' }, (s, f) => s.invoiceItems.create(f)),

  retrieveCharge: of(ID, (s) => s.charges.retrieve('obj_1')),
  updateCharge: of({ ...ID, ...META }, (s, f) => s.charges.update('obj_1', rest(f))),
  listCharges: of({ ...LIST, payment_intent: 'pi_1' }, (s, f) => s.charges.list(f)),
  searchCharges: of(SEARCH, (s, f) => s.charges.search(f)),
  retrieveDispute: of(ID, (s) => s.disputes.retrieve('obj_1')),
  updateDispute: of({ ...ID, evidence: { product_description: 'A book' }, submit: true }, (s, f) =>
    s.disputes.update('obj_1', rest(f)),
  ),
  closeDispute: of(ID, (s) => s.disputes.close('obj_1')),
  listDisputes: of({ ...LIST, charge: 'ch_1' }, (s, f) => s.disputes.list(f)),
  retrieveBalance: of({}, (s) => s.balance.retrieve()),
  retrieveBalanceTransaction: of(ID, (s) => s.balanceTransactions.retrieve('obj_1')),
  listBalanceTransactions: of({ ...LIST, type: 'charge' }, (s, f) => s.balanceTransactions.list(f)),
  retrieveEvent: of(ID, (s) => s.events.retrieve('obj_1')),
  listEvents: of({ ...LIST, types: ['charge.refunded'] }, (s, f) => s.events.list(f)),
  createWebhookEndpoint: of({ url: 'https://a.example/hooks', enabled_events: ['*'] }, (s, f) =>
    s.webhookEndpoints.create(f),
  ),
  retrieveWebhookEndpoint: of(ID, (s) => s.webhookEndpoints.retrieve('obj_1')),
  updateWebhookEndpoint: of({ ...ID, disabled: true }, (s, f) => s.webhookEndpoints.update('obj_1', rest(f))),
  deleteWebhookEndpoint: of(ID, (s) => s.webhookEndpoints.del('obj_1')),
  listWebhookEndpoints: of(LIST, (s, f) => s.webhookEndpoints.list(f)),
};

it('every operation has its counterpart here', () => {
  expect(Object.keys(PAIRS).sort()).toEqual(Object.keys(stripeOperations).sort());
});

interface Sent {
  method: string | undefined;
  path: string;
  query: string[];
  body: string[];
  version: string | string[] | undefined;
  account: string | string[] | undefined;
}

/** Order and the choice of signs that are percent-encoded mean nothing. */
function pairs(form: string): string[] {
  return form.split('&').map(decodeURIComponent).sort();
}

/** A service that notes what was sent and answers with an empty object. */
async function startCapture() {
  const sent: Sent[] = [];
  const { url } = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method, headers } = request;
    const [path = '', query = ''] = (request.url ?? '').split('?');
    sent.push({
      method,
      path,
      query: pairs(query),
      body: pairs(body),
      version: headers['stripe-version'],
      account: headers['stripe-account'],
    });
    response.setHeader('content-type', 'application/json').end('{}');
  });
  return { url, sent };
}

it('every operation sends the same method, path, body, version and account as the official library', async () => {
  const theirs = await startCapture();
  const ours = await startCapture();
  const account = 'acct_1Breakwater';
  const { client, context } = openClient({ baseUrl: ours.url.origin, settings: { account } });
  const stripe = new Stripe(TEST_KEY, {
    host: '127.0.0.1',
    port: Number(theirs.url.port),
    protocol: 'http',
    stripeAccount: account,
    maxNetworkRetries: 0,
    telemetry: false,
  });
  for (const [name, [fields, call]] of Object.entries(PAIRS)) {
    await call(stripe, fields as never);
    // The mark that lets a lost payment be found again is ours alone.
    const { mark: _mark, ...operation } = stripeOperations[name] ?? expect.fail(name);
    const open = { ...operation, output: anyObject };
    if (open.class === 'read') await client.read(open, fields, context());
    else await client.write(open, fields, { reference: name }, context());
    expect(ours.sent.at(-1), name).toEqual(theirs.sent.at(-1));
  }
  expect(ours.sent).toHaveLength(Object.keys(stripeOperations).length);
});
