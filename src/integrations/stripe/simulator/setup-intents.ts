import * as z from 'zod';
import type { Account, Call } from './account.ts';
import { missing } from './api-error.ts';
import type { PaymentMethod } from './card-objects.ts';
import { createId, randomText } from './ids.ts';
import { boolean, choice, clearable, list, metadata, notSimulated, text } from './parameters.ts';
import { removedParameters } from './payment-intent-parameters.ts';
import { createPaymentMethod, paymentMethodData, resolvePaymentMethod } from './payment-methods.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, retrieveRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { confirmSetup, requireOpen } from './setup-changes.ts';
import type { SetupIntent } from './setup-objects.ts';
import { UNUSED_BY_SETUP_INTENTS } from './setup-objects.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { given } from './updates.ts';

/** Saving a card without a payment: https://docs.stripe.com/payments/setup-intents */

const setupIntents: Resource<SetupIntent> = {
  path: '/v1/setup_intents',
  kind: 'setup_intent',
  label: 'setupintent',
  param: 'intent',
  objects: (account) => account.setupIntents,
};
const { path, kind } = setupIntents;

const both = {
  customer: text().optional(),
  description: clearable().optional(),
  metadata: metadata().optional(),
  payment_method: text().optional(),
  payment_method_data: paymentMethodData.optional(),
  ...removedParameters,
  ...notSimulated('attach_to_self', 'customer_account', 'excluded_payment_method_types', 'flow_directions'),
  ...notSimulated('payment_method_configuration', 'payment_method_options'),
};

const createParameters = z.strictObject({
  ...both,
  allowed_payment_method_types: list(text()).optional(),
  automatic_payment_methods: z
    .strictObject({ enabled: boolean(), allow_redirects: choice('always', 'never').optional() })
    .optional(),
  confirm: boolean().optional(),
  return_url: text().optional(),
  usage: choice('off_session', 'on_session').optional(),
  use_stripe_sdk: boolean().optional(),
  ...notSimulated('confirmation_token', 'mandate_data', 'on_behalf_of', 'single_use'),
});

const confirmParameters = z.strictObject({
  payment_method: both.payment_method,
  payment_method_data: both.payment_method_data,
  return_url: text().optional(),
  use_stripe_sdk: boolean().optional(),
  ...notSimulated('confirmation_token', 'mandate_data'),
});

const cancelParameters = z.strictObject({
  cancellation_reason: choice('abandoned', 'duplicate', 'requested_by_customer').optional(),
});

export const setupIntentRoutes = [
  route('POST', path, kind, createParameters, createSetupIntent),
  retrieveRoute(setupIntents),
  listRoute(
    setupIntents,
    { customer: text().optional(), payment_method: text().optional() },
    (intent, { customer, payment_method }) =>
      fits(customer, intent.customer) && fits(payment_method, intent.payment_method),
  ),

  route('POST', `${path}/:id/confirm`, kind, confirmParameters, (call, parameters, id) => {
    const intent = fetchObject(setupIntents, call.account, id);
    requireOpen(intent, 'confirm');
    const method =
      givenMethod(call.account, parameters) ?? call.account.paymentMethods.get(intent.payment_method ?? '');
    confirmSetup(call, intent, method, parameters.return_url);
    return intent;
  }),

  route('POST', `${path}/:id/cancel`, kind, cancelParameters, (call, { cancellation_reason = null }, id) => {
    const intent = fetchObject(setupIntents, call.account, id);
    requireOpen(intent, 'cancel');
    Object.assign(intent, { cancellation_reason, next_action: null, status: 'canceled' });
    call.emit('setup_intent.canceled', intent);
    return intent;
  }),

  route('POST', `${path}/:id`, kind, z.strictObject(both), ({ account }, parameters, id) => {
    const intent = fetchObject(setupIntents, account, id);
    const { customer, description, metadata: update } = parameters;
    const method = givenMethod(account, parameters);
    requireCustomer(account, customer);
    if (method !== undefined) {
      requireOpen(intent, 'update');
      intent.payment_method = method.id;
      intent.status = 'requires_confirmation';
    }
    Object.assign(intent, given({ customer, description }), { metadata: mergeMetadata(intent.metadata, update) });
    return intent;
  }),
];

function createSetupIntent(call: Call, parameters: z.output<typeof createParameters>): SetupIntent {
  const { account } = call;
  requireCustomer(account, parameters.customer);
  const method = givenMethod(account, parameters);
  const intent = account.setupIntents.add(buildSetupIntent(account, parameters, method));
  call.emit('setup_intent.created', intent);
  if (parameters.confirm === true) confirmSetup(call, intent, method, parameters.return_url);
  return intent;
}

function buildSetupIntent(
  account: Account,
  parameters: z.output<typeof createParameters>,
  method: PaymentMethod | undefined,
): SetupIntent {
  const id = createId('seti');
  const { allowed_payment_method_types: allowed = null, customer = null, description = null } = parameters;
  const { enabled = true, allow_redirects = 'always' } = parameters.automatic_payment_methods ?? {};
  const isAutomatic = allowed === null && enabled;
  return {
    id,
    object: 'setup_intent',
    ...UNUSED_BY_SETUP_INTENTS,
    allowed_payment_method_types: allowed,
    automatic_payment_methods: isAutomatic ? { allow_redirects, enabled } : null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${randomText(25)}`,
    created: account.now(),
    customer,
    description,
    last_setup_error: null,
    metadata: mergeMetadata({}, parameters.metadata),
    next_action: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: isAutomatic ? { id: 'pmc_simulated', parent: null } : null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    status: method === undefined ? 'requires_payment_method' : 'requires_confirmation',
    usage: parameters.usage ?? 'off_session',
  };
}

function requireCustomer(account: Account, id: string | undefined): void {
  if (id !== undefined && account.customers.get(id) === undefined) throw missing('customer', id, 'customer', 400);
}

function givenMethod(
  account: Account,
  { payment_method: id, payment_method_data: data }: z.output<typeof confirmParameters>,
): PaymentMethod | undefined {
  if (data !== undefined) return createPaymentMethod(account, data);
  return id === undefined ? undefined : resolvePaymentMethod(account, id);
}
