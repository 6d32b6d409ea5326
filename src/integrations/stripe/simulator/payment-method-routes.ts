import * as z from 'zod';
import { invalidRequest } from './api-error.ts';
import type { PaymentMethod } from './card-objects.ts';
import type { Customer } from './objects.ts';
import { listParameters, paginate } from './pagination.ts';
import { choice, integer, metadata, text } from './parameters.ts';
import { attach, createPaymentMethod, paymentMethodData, resolvePaymentMethod } from './payment-methods.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, resolveObject, retrieveRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { billingParameters, buildBilling, mergeMetadata } from './shared-parameters.ts';
import { changedFrom } from './updates.ts';

export const paymentMethods: Resource<PaymentMethod> = {
  path: '/v1/payment_methods',
  kind: 'payment_method',
  label: 'PaymentMethod',
  param: 'payment_method',
  objects: (account) => account.paymentMethods,
};

const { path, kind } = paymentMethods;
const owners: Resource<Customer> = { path: '/v1/customers', kind: 'customer', objects: (account) => account.customers };

const updateParameters = z.strictObject({
  billing_details: billingParameters.optional(),
  card: z.strictObject({ exp_month: integer(1, 12).optional(), exp_year: integer(0, 9_999).optional() }).optional(),
  metadata: metadata().optional(),
});

const filters = { customer: text().optional(), type: choice('card').optional() };

export const paymentMethodRoutes = [
  route('POST', path, kind, paymentMethodData, ({ account }, parameters) => createPaymentMethod(account, parameters)),
  retrieveRoute(paymentMethods),
  // Without a customer Stripe lists nothing that a customer owns; the ones of nobody are never listed.
  listRoute(
    paymentMethods,
    filters,
    (method, { customer }) => customer !== undefined && fits(customer, method.customer),
  ),

  route('POST', `${path}/:id/attach`, kind, z.strictObject({ customer: text() }), (call, { customer }, id) => {
    resolveObject(owners, call.account, customer, 'customer');
    const method = id.startsWith('pm_card_')
      ? resolvePaymentMethod(call.account, id)
      : fetchObject(paymentMethods, call.account, id);
    attach(call, method, customer);
    return method;
  }),

  route('POST', `${path}/:id/detach`, kind, z.strictObject({}), ({ account, emit }, _parameters, id) => {
    const method = fetchObject(paymentMethods, account, id);
    const { customer } = method;
    if (customer === null) {
      throw invalidRequest(
        'The payment method you provided is not attached to a customer so detachment is impossible.',
      );
    }
    method.customer = null;
    const owner = account.customers.get(customer);
    if (owner?.invoice_settings.default_payment_method === id) owner.invoice_settings.default_payment_method = null;
    emit('payment_method.detached', method, { customer });
    return method;
  }),

  route('POST', `${path}/:id`, kind, updateParameters, ({ account, emit }, parameters, id) => {
    const method = fetchObject(paymentMethods, account, id);
    const before = structuredClone(method);
    const { billing_details, card, metadata: update } = parameters;
    if (billing_details !== undefined) method.billing_details = buildBilling(billing_details);
    method.card.exp_month = card?.exp_month ?? method.card.exp_month;
    method.card.exp_year = card?.exp_year ?? method.card.exp_year;
    method.metadata = mergeMetadata(method.metadata, update);
    emit('payment_method.updated', method, changedFrom(before, method));
    return method;
  }),

  route(
    'GET',
    '/v1/customers/:id/payment_methods',
    kind,
    z.strictObject({ ...listParameters, type: choice('card').optional() }),
    ({ account }, parameters, id) => {
      fetchObject(owners, account, id);
      const url = `/v1/customers/${id}/payment_methods`;
      return paginate({ objects: account.paymentMethods, kind, url }, parameters, ({ customer }) => customer === id);
    },
  ),
];
