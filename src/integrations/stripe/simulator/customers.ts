import * as z from 'zod';
import type { Account, Call } from './account.ts';
import { createId, randomText } from './ids.ts';
import type { Customer } from './objects.ts';
import { UNUSED_BY_CUSTOMERS } from './objects.ts';
import { clearable, metadata, notSimulated, text } from './parameters.ts';
import { attach, requireAttached, resolvePaymentMethod } from './payment-methods.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, resolveObject, retrieveRoute, searchRoute } from './resource-routes.ts';
import { route } from './router.ts';
import {
  addressParameters,
  buildAddress,
  buildShipping,
  mergeMetadata,
  shippingParameters,
} from './shared-parameters.ts';
import { cancelSubscription } from './subscription-changes.ts';
import { testClocks } from './test-clock-resource.ts';
import { changedFrom, given } from './updates.ts';

export const customers: Resource<Customer> = {
  path: '/v1/customers',
  kind: 'customer',
  objects: (account) => account.customers,
};

const both = {
  address: addressParameters.optional(),
  description: clearable().optional(),
  email: clearable(512).optional(),
  invoice_settings: z
    .strictObject({
      default_payment_method: clearable().optional(),
      ...notSimulated('custom_fields', 'footer', 'rendering_options'),
    })
    .optional(),
  metadata: metadata().optional(),
  name: clearable(256).optional(),
  phone: clearable(20).optional(),
  shipping: shippingParameters.optional(),
  ...notSimulated('balance', 'business_name', 'cash_balance', 'individual_name', 'invoice_prefix'),
  ...notSimulated('next_invoice_sequence', 'preferred_locales', 'source', 'tax', 'tax_exempt', 'validate'),
};

const createParameters = z.strictObject({
  ...both,
  payment_method: text().optional(),
  test_clock: text().optional(),
  ...notSimulated('tax_id_data'),
});

const updateParameters = z.strictObject({ ...both, ...notSimulated('default_source') });

const filters = { email: text().optional(), test_clock: text().optional() };

export const customerRoutes = [
  route('POST', customers.path, customers.kind, createParameters, (call, parameters) => {
    const { account } = call;
    const { payment_method, test_clock } = parameters;
    if (test_clock !== undefined) resolveObject(testClocks, account, test_clock, 'test_clock');
    return account.at(test_clock ?? null, () => createCustomer(call, parameters, payment_method));
  }),

  searchRoute(customers, ['email', 'name', 'phone']),
  retrieveRoute(customers),
  listRoute(
    customers,
    filters,
    (customer, { email, test_clock }) => fits(email, customer.email) && fits(test_clock, customer.test_clock),
  ),

  route('POST', `${customers.path}/:id`, customers.kind, updateParameters, ({ account, emit }, parameters, id) => {
    const customer = fetchObject(customers, account, id);
    const before = structuredClone(customer);
    const { address, shipping, metadata: update, invoice_settings: settings, ...fields } = parameters;
    if (settings !== undefined) setDefaultMethod(account, customer, settings.default_payment_method);
    Object.assign(customer, given(fields), {
      ...(address !== undefined && { address: buildAddress(address) }),
      ...(shipping !== undefined && { shipping: buildShipping(shipping) }),
      metadata: mergeMetadata(customer.metadata, update),
    });
    emit('customer.updated', customer, changedFrom(before, customer));
    return customer;
  }),

  route('DELETE', `${customers.path}/:id`, customers.kind, z.strictObject({}), (call, _parameters, id) => {
    const { account } = call;
    const customer = fetchObject(customers, account, id);
    for (const subscription of account.subscriptions.newestFirst(({ customer: owner }) => owner === id)) {
      cancelSubscription(call, subscription, null);
    }
    account.customers.delete(id);
    account.deleted.set(id, customers.kind);
    call.emit('customer.deleted', customer);
    return { id, object: 'customer', deleted: true };
  }),
];

function createCustomer(
  call: Call,
  parameters: z.output<typeof createParameters>,
  methodId: string | undefined,
): Customer {
  const { account } = call;
  const method = methodId === undefined ? undefined : resolvePaymentMethod(account, methodId);
  const customer = account.customers.add(buildCustomer(account, parameters));
  if (method !== undefined) attach(call, method, customer.id);
  const byDefault = parameters.invoice_settings?.default_payment_method;
  // A test card makes a new method each time it is named: named twice in one request, it is the same.
  setDefaultMethod(account, customer, byDefault === methodId ? method?.id : byDefault);
  call.emit('customer.created', customer);
  return customer;
}

/** Throws the 400 for a method of nobody or of another customer. */
function setDefaultMethod(account: Account, customer: Customer, id: string | null | undefined): void {
  if (id === undefined) return;
  if (id !== null) requireAttached(account, id, customer.id, 'invoice_settings[default_payment_method]');
  customer.invoice_settings.default_payment_method = id;
}

function buildCustomer(account: Account, parameters: z.output<typeof createParameters>): Customer {
  const { address, description = null, email = null, name = null, phone = null, shipping } = parameters;
  return {
    id: createId('cus', 14),
    object: 'customer',
    ...UNUSED_BY_CUSTOMERS,
    address: address === undefined ? null : buildAddress(address),
    created: account.now(),
    description,
    email,
    invoice_prefix: randomText(8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    metadata: mergeMetadata({}, parameters.metadata),
    name,
    phone,
    preferred_locales: [],
    shipping: shipping === undefined ? null : buildShipping(shipping),
    test_clock: parameters.test_clock ?? null,
  };
}
