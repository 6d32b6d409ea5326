import * as z from 'zod';
import type { Account, Call } from './account.ts';
import { docUrl, invalidRequest, missing, StripeApiError } from './api-error.ts';
import type { PaymentMethod } from './card-objects.ts';
import { createId, randomText } from './ids.ts';
import type { PaymentError, SetupIntent } from './objects.ts';
import { UNUSED_BY_SETUP_INTENTS } from './objects.ts';
import { boolean, choice, clearable, list, metadata, notSimulated, refuse, text } from './parameters.ts';
import { attach, cardError, createPaymentMethod, paymentMethodData, resolvePaymentMethod } from './payment-methods.ts';
import { nextAction } from './payments.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, retrieveRoute } from './resource-routes.ts';
import { route } from './router.ts';
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
  payment_method_types: z
    .unknown()
    .superRefine((_value, ctx) => {
      const message = 'payment_method_types can no longer be set: use allowed_payment_method_types or leave it out.';
      refuse(ctx, message, 'payment_method_types_no_longer_supported');
    })
    .optional(),
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

function requireOpen(intent: SetupIntent, action: string): void {
  if (!['succeeded', 'canceled'].includes(intent.status)) return;
  throw unexpectedState(intent, `You cannot ${action} this SetupIntent because it has a status of ${intent.status}.`);
}

function unexpectedState(intent: SetupIntent, message: string): StripeApiError {
  return invalidRequest(message, { code: 'setup_intent_unexpected_state', setup_intent: intent });
}

function confirmSetup(
  call: Call,
  intent: SetupIntent,
  method: PaymentMethod | undefined,
  returnUrl: string | undefined,
): void {
  if (method === undefined) {
    throw unexpectedState(intent, "You cannot confirm this SetupIntent because it's missing a payment method.");
  }
  intent.payment_method = method.id;
  if (call.account.cards.get(method.id)?.authentication !== undefined) {
    intent.status = 'requires_action';
    intent.next_action = nextAction(call, intent, returnUrl);
    call.emit('setup_intent.requires_action', intent);
    return;
  }
  succeed(call, intent, method);
}

/** What the customer did on the page that the next action names. */
export function authenticateSetup(call: Call, intent: SetupIntent, succeeded: boolean): void {
  const method = call.account.paymentMethods.get(intent.payment_method ?? '');
  if (intent.status !== 'requires_action' || method === undefined) {
    throw unexpectedState(intent, 'This SetupIntent does not wait for authentication.');
  }
  intent.next_action = null;
  if (succeeded) succeed(call, intent, method);
  else {
    const code = 'setup_intent_authentication_failure';
    const message = 'The latest attempt to set up the payment method has failed because authentication failed.';
    fail(call, intent, method, new StripeApiError(400, 'invalid_request_error', message, { code }));
  }
}

function succeed(call: Call, intent: SetupIntent, method: PaymentMethod): void {
  try {
    declineOf(call, method);
    if (intent.customer !== null) attach(call, method, intent.customer);
  } catch (thrown) {
    if (!(thrown instanceof StripeApiError) || thrown.type !== 'card_error') throw thrown;
    fail(call, intent, method, thrown);
    throw new StripeApiError(thrown.status, thrown.type, thrown.message, { ...thrown.fields, setup_intent: intent });
  }
  intent.last_setup_error = null;
  intent.status = 'succeeded';
  call.emit('setup_intent.succeeded', intent);
  call.account.watchers.get(intent.id)?.(call);
}

function declineOf({ account }: Call, { id }: PaymentMethod): void {
  const card = account.cards.get(id);
  if (card?.decline === undefined || card.attaches === true || card.authentication !== undefined) return;
  throw cardError(card.decline.code, card.decline.message, { decline_code: card.decline.declineCode });
}

function fail(call: Call, intent: SetupIntent, method: PaymentMethod, error: StripeApiError): void {
  const code = error.fields.code ?? 'card_declined';
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.last_setup_error = {
    type: error.type === 'card_error' ? 'card_error' : 'invalid_request_error',
    code,
    doc_url: docUrl(code),
    message: error.message,
    payment_method: structuredClone(method),
    payment_method_type: method.type,
  } satisfies PaymentError;
  call.emit('setup_intent.setup_failed', intent);
}
