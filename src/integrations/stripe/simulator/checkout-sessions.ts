import * as z from 'zod';
import type { Call } from './account.ts';
import { invalidRequest } from './api-error.ts';
import { buildLines, line, listOf } from './checkout-lines.ts';
import type { CheckoutSession, SessionLine } from './checkout-objects.ts';
import { randomText } from './ids.ts';
import { listParameters } from './pagination.ts';
import { choice, integer, list, metadata, notSimulated, text } from './parameters.ts';
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
  ...notSimulated('payment_method_data', 'payment_method_options', 'payment_method_types'),
  ...notSimulated('phone_number_collection', 'return_url'),
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
