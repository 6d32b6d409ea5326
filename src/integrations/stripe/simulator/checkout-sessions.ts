import * as z from 'zod';
import type { Account, Call } from './account.ts';
import { invalidRequest } from './api-error.ts';
import type { ListOf, Price } from './billing-objects.ts';
import type { CheckoutSession, SessionLine } from './checkout-objects.ts';
import { createId, randomText } from './ids.ts';
import { listParameters } from './pagination.ts';
import { choice, integer, list, metadata, notSimulated, text } from './parameters.ts';
import { createPrice, priceData, prices } from './prices.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, resolveObject, retrieveRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { UNUSED_BY_SESSIONS } from './unused-fields.ts';

export const checkoutSessions: Resource<CheckoutSession> = {
  path: '/v1/checkout/sessions',
  kind: 'checkout.session',
  label: 'checkout.session',
  param: 'session',
  objects: (account) => account.checkoutSessions,
};
const { path, kind } = checkoutSessions;

const DAY_S = 24 * 60 * 60;

const line = z.strictObject({
  metadata: metadata().optional(),
  price: text().optional(),
  price_data: priceData.optional(),
  quantity: integer(1, 1_000_000).optional(),
  ...notSimulated('adjustable_quantity', 'dynamic_tax_rates', 'tax_rates'),
});

const createParameters = z.strictObject({
  cancel_url: text().optional(),
  client_reference_id: text(200).optional(),
  currency: text().toLowerCase().optional(),
  customer: text().optional(),
  customer_email: text(800).optional(),
  expires_at: integer(0, 10_000_000_000).optional(),
  line_items: list(line).optional(),
  metadata: metadata().optional(),
  mode: choice('payment', 'setup', 'subscription'),
  payment_intent_data: z
    .strictObject({
      capture_method: choice('automatic', 'automatic_async', 'manual').optional(),
      description: text().optional(),
      metadata: metadata().optional(),
      setup_future_usage: choice('off_session', 'on_session').optional(),
    })
    .optional(),
  subscription_data: z
    .strictObject({ metadata: metadata().optional(), trial_period_days: integer(1, 730).optional() })
    .optional(),
  success_url: text().optional(),
  ui_mode: choice('hosted_page').optional(),
  ...notSimulated(
    'adaptive_pricing',
    'after_expiration',
    'allow_promotion_codes',
    'automatic_tax',
    'consent_collection',
  ),
  ...notSimulated('billing_address_collection', 'custom_fields', 'custom_text', 'customer_creation', 'customer_update'),
  ...notSimulated(
    'discounts',
    'invoice_creation',
    'locale',
    'payment_method_collection',
    'payment_method_configuration',
  ),
  ...notSimulated('payment_method_data', 'payment_method_options', 'phone_number_collection', 'return_url'),
  ...notSimulated('saved_payment_method_options', 'setup_intent_data', 'shipping_address_collection'),
  ...notSimulated('shipping_options', 'submit_type', 'tax_id_collection'),
});

const filters = {
  customer: text().optional(),
  payment_intent: text().optional(),
  status: choice('open', 'complete', 'expired').optional(),
  subscription: text().optional(),
};

/** A session is completed by visiting its `url`, or by the trigger of `checkout.session.completed`. */
export const checkoutSessionRoutes = [
  route('POST', path, kind, createParameters, createSession),
  retrieveRoute(checkoutSessions),
  listRoute(
    checkoutSessions,
    filters,
    (session, { customer, payment_intent, status, subscription }) =>
      fits(customer, session.customer) &&
      fits(payment_intent, session.payment_intent) &&
      fits(status, session.status) &&
      fits(subscription, session.subscription),
  ),
  route('GET', `${path}/:id/line_items`, 'item', z.strictObject(listParameters), ({ account }, _parameters, id) => {
    fetchObject(checkoutSessions, account, id);
    return account.sessionLines.get(id) ?? listOf(id, []);
  }),
  route('POST', `${path}/:id/expire`, kind, z.strictObject({}), (call, _parameters, id) => {
    const session = fetchObject(checkoutSessions, call.account, id);
    if (session.status !== 'open') {
      throw invalidRequest(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
      );
    }
    session.status = 'expired';
    session.url = null;
    call.emit('checkout.session.expired', session);
    return session;
  }),
];

function createSession(call: Call, parameters: z.output<typeof createParameters>): CheckoutSession {
  const { account } = call;
  const { customer, customer_email, mode, success_url } = parameters;
  if (customer !== undefined) {
    resolveObject({ path: '', kind: 'customer', objects: (one) => one.customers }, account, customer, 'customer');
  }
  if (customer !== undefined && customer_email !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: customer, customer_email.', {
      code: 'parameters_exclusive',
      param: 'customer_email',
    });
  }
  if (success_url === undefined) {
    throw invalidRequest('Missing required param: success_url.', { code: 'parameter_missing', param: 'success_url' });
  }
  const lines = buildLines(account, mode, parameters.line_items ?? []);
  const session = account.checkoutSessions.add(buildSession(call, parameters, lines));
  account.sessionLines.set(session.id, listOf(session.id, lines));
  account.sessionPlans.set(session.id, parameters);
  return session;
}

function buildLines(
  account: Account,
  mode: CheckoutSession['mode'],
  given: readonly z.output<typeof line>[],
): SessionLine[] {
  if ((mode === 'setup') !== (given.length === 0)) {
    const message =
      mode === 'setup'
        ? '`line_items` cannot be used in `setup` mode.'
        : `\`line_items\` is required in \`${mode}\` mode.`;
    throw invalidRequest(message, { code: 'parameter_missing', param: 'line_items' });
  }
  const lines = given.map((one) => buildLine(account, one));
  const hasRecurring = lines.some(({ price }) => price.recurring !== null);
  if (mode === 'payment' && hasRecurring) {
    throw invalidRequest(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
    );
  }
  if (mode === 'subscription' && !lines.every(({ price }) => price.recurring !== null)) {
    throw invalidRequest('The simulator takes recurring prices only in `subscription` mode.', { param: 'line_items' });
  }
  return lines;
}

function buildLine(
  account: Account,
  { metadata: data, price: id, price_data, quantity = 1 }: z.output<typeof line>,
): SessionLine {
  if ((id === undefined) === (price_data === undefined)) {
    throw invalidRequest('You must specify either `price` or `price_data` when using prices.', {
      param: 'line_items[0]',
    });
  }
  const price: Price =
    price_data === undefined
      ? resolveObject(prices, account, id ?? '', 'line_items[0][price]')
      : createPrice(account, price_data);
  const amount = price.unit_amount * quantity;
  return {
    id: createId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: account.products.get(price.product)?.name ?? '',
    metadata: mergeMetadata({}, data),
    price: structuredClone(price),
    quantity,
  };
}

function buildSession(
  { account, origin }: Call,
  parameters: z.output<typeof createParameters>,
  lines: readonly SessionLine[],
): CheckoutSession {
  const id = `cs_test_${randomText(58)}`;
  const created = account.now();
  const { cancel_url = null, client_reference_id = null, customer = null, customer_email = null, mode } = parameters;
  const total = mode === 'setup' ? null : lines.reduce((sum, { amount_total }) => sum + amount_total, 0);
  return {
    id,
    object: 'checkout.session',
    ...UNUSED_BY_SESSIONS,
    amount_subtotal: total,
    amount_total: total,
    cancel_url,
    client_reference_id,
    created,
    currency: lines[0]?.currency ?? parameters.currency ?? null,
    customer,
    customer_details: null,
    customer_email,
    expires_at: parameters.expires_at ?? created + DAY_S,
    invoice: null,
    metadata: mergeMetadata({}, parameters.metadata),
    mode,
    payment_intent: null,
    payment_status: mode === 'setup' ? 'no_payment_required' : 'unpaid',
    setup_intent: null,
    status: 'open',
    subscription: null,
    success_url: parameters.success_url ?? null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    url: `${origin}/checkout/${id}`,
  };
}

function listOf(id: string, data: SessionLine[]): ListOf<SessionLine> {
  return { object: 'list', data, has_more: false, total_count: data.length, url: `${path}/${id}/line_items` };
}
