import type { Account, Call } from './account.ts';
import { amountProblem } from './amounts.ts';
import { invalidRequest, missing } from './api-error.ts';
import { buildIntent } from './build-intent.ts';
import type { PaymentMethod } from './card-objects.ts';
import { confirmationWith, givenMethod } from './confirmation.ts';
import { requireStatus, unexpectedState } from './intent-status.ts';
import type { PaymentIntent } from './objects.ts';
import { text } from './parameters.ts';
import type {
  CancelParameters,
  CaptureParameters,
  ConfirmParameters,
  CreateParameters,
  UpdateParameters,
} from './payment-intent-parameters.ts';
import {
  cancelParameters,
  captureParameters,
  confirmParameters,
  createParameters,
  retrieveParameters,
  updateParameters,
} from './payment-intent-parameters.ts';
import { cancel, capture, confirm } from './payments.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, searchRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { buildShipping, mergeMetadata } from './shared-parameters.ts';
import { given } from './updates.ts';

const paymentIntents: Resource<PaymentIntent> = {
  path: '/v1/payment_intents',
  kind: 'payment_intent',
  param: 'intent',
  objects: (account) => account.paymentIntents,
};
const { path, kind } = paymentIntents;

export const paymentIntentRoutes = [
  searchRoute(paymentIntents, ['amount', 'currency', 'customer', 'status']),
  route('POST', path, kind, createParameters, createIntent),
  route('POST', `${path}/:id/confirm`, kind, confirmParameters, confirmIntent),
  route('POST', `${path}/:id/capture`, kind, captureParameters, captureIntent),
  route('POST', `${path}/:id/cancel`, kind, cancelParameters, cancelIntent),
  route('GET', `${path}/:id`, kind, retrieveParameters, ({ account }, _parameters, id) => findIntent(account, id)),
  listRoute(paymentIntents, { customer: text().optional() }, (intent, { customer }) => fits(customer, intent.customer)),
  route('POST', `${path}/:id`, kind, updateParameters, updateIntent),
];

function createIntent(call: Call, parameters: CreateParameters): PaymentIntent {
  const { account } = call;
  const { customer } = parameters;
  requireCustomer(account, customer);
  const method = givenMethod(account, parameters);
  requireUsable(method, customer ?? null);
  const confirmation = parameters.confirm === true ? confirmationWith(method, parameters) : undefined;
  const intent = account.paymentIntents.add(buildIntent(account, parameters, method));
  call.emit('payment_intent.created', intent);
  if (confirmation !== undefined) confirm(call, intent, confirmation);
  return intent;
}

function requireCustomer(account: Account, customer: string | undefined): void {
  if (customer === undefined || account.customers.get(customer) !== undefined) return;
  throw missing('customer', customer, 'customer', 400);
}

/** A method that is saved for a customer pays for that customer only. */
function requireUsable(method: PaymentMethod | undefined, customer: string | null): void {
  if (method === undefined || method.customer === null || method.customer === customer) return;
  const message =
    customer === null
      ? 'The provided PaymentMethod is attached to a Customer: give the customer as well.'
      : `The provided PaymentMethod cannot be attached. To reuse a PaymentMethod, you must attach it to a Customer first.`;
  throw invalidRequest(message, { param: 'payment_method' });
}

function updateIntent(call: Call, parameters: UpdateParameters, id: string): PaymentIntent {
  const { account } = call;
  const intent = findIntent(account, id);
  const { metadata: update, shipping, payment_method, payment_method_data, ...fields } = parameters;
  const { description, receipt_email, transfer_group, statement_descriptor, statement_descriptor_suffix, ...early } =
    fields;
  if ([payment_method, payment_method_data, ...Object.values(early)].some((value) => value !== undefined)) {
    requireStatus(intent, 'update', 'updated', ['requires_payment_method', 'requires_confirmation', 'requires_action']);
  }
  const { amount = intent.amount, currency = intent.currency, customer } = early;
  const problem = amountProblem(amount, currency);
  if (problem !== undefined) throw invalidRequest(problem.message, { code: problem.code, param: problem.param });
  requireCustomer(account, customer);
  const method = givenMethod(account, { payment_method, payment_method_data });
  requireUsable(method, customer ?? intent.customer);
  Object.assign(
    intent,
    given({ description, receipt_email, transfer_group, statement_descriptor, statement_descriptor_suffix, ...early }),
    { metadata: mergeMetadata(intent.metadata, update) },
  );
  if (shipping !== undefined) intent.shipping = buildShipping(shipping);
  if (method === undefined) return intent;
  intent.payment_method = method.id;
  intent.status = 'requires_confirmation';
  intent.next_action = null;
  return intent;
}

function confirmIntent(call: Call, parameters: ConfirmParameters, id: string): PaymentIntent {
  const intent = findIntent(call.account, id);
  if (intent.status === 'succeeded') {
    const message = 'You cannot confirm this PaymentIntent because it has already succeeded after being confirmed.';
    throw unexpectedState(intent, message);
  }
  requireStatus(intent, 'confirm', 'confirmed', [
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
  ]);
  const current = call.account.paymentMethods.get(intent.payment_method ?? '');
  const method = givenMethod(call.account, parameters) ?? current;
  requireUsable(method, intent.customer);
  const confirmation = confirmationWith(method, parameters, intent);
  applyUpdates(intent, parameters);
  confirm(call, intent, confirmation);
  return intent;
}

function applyUpdates(intent: PaymentIntent, parameters: ConfirmParameters): void {
  const { capture_method, receipt_email, setup_future_usage, shipping } = parameters;
  if (capture_method !== undefined) intent.capture_method = capture_method;
  if (receipt_email !== undefined) intent.receipt_email = receipt_email;
  if (setup_future_usage !== undefined) intent.setup_future_usage = setup_future_usage;
  if (shipping !== undefined) intent.shipping = buildShipping(shipping);
}

function captureIntent(call: Call, parameters: CaptureParameters, id: string): PaymentIntent {
  const intent = findIntent(call.account, id);
  requireStatus(intent, 'capture', 'captured', ['requires_capture']);
  const { amount_to_capture: amount = intent.amount_capturable, metadata } = parameters;
  if (amount > intent.amount_capturable) {
    throw invalidRequest('The requested capture amount is greater than the amount you can capture for this charge.', {
      code: 'amount_too_large',
      param: 'amount_to_capture',
      payment_intent: intent,
    });
  }
  const { statement_descriptor, statement_descriptor_suffix } = parameters;
  intent.metadata = mergeMetadata(intent.metadata, metadata);
  if (statement_descriptor !== undefined) intent.statement_descriptor = statement_descriptor;
  if (statement_descriptor_suffix !== undefined) intent.statement_descriptor_suffix = statement_descriptor_suffix;
  capture(call, intent, amount);
  return intent;
}

function cancelIntent(call: Call, { cancellation_reason }: CancelParameters, id: string): PaymentIntent {
  const intent = findIntent(call.account, id);
  requireStatus(intent, 'cancel', 'canceled', [
    'requires_payment_method',
    'requires_capture',
    'requires_confirmation',
    'requires_action',
  ]);
  cancel(call, intent, cancellation_reason);
  return intent;
}

function findIntent(account: Account, id: string): PaymentIntent {
  return fetchObject(paymentIntents, account, id);
}
