import * as z from 'zod';
import type { Account } from './account.ts';
import { missing } from './api-error.ts';
import { createId, randomText } from './ids.ts';
import type { Customer } from './objects.ts';
import { UNUSED_BY_CUSTOMERS } from './objects.ts';
import { clearable, metadata, notSimulated } from './parameters.ts';
import { route } from './router.ts';
import {
  addressParameters,
  buildAddress,
  buildShipping,
  mergeMetadata,
  shippingParameters,
} from './shared-parameters.ts';

const kind = 'customer';

const createParameters = z.strictObject({
  address: addressParameters.optional(),
  description: clearable().optional(),
  email: clearable(512).optional(),
  metadata: metadata().optional(),
  name: clearable(256).optional(),
  phone: clearable(20).optional(),
  shipping: shippingParameters.optional(),
  ...notSimulated('balance', 'business_name', 'cash_balance', 'individual_name', 'invoice_prefix', 'invoice_settings'),
  ...notSimulated('next_invoice_sequence', 'payment_method', 'preferred_locales', 'source', 'tax', 'tax_exempt'),
  ...notSimulated('tax_id_data', 'test_clock', 'validate'),
});

export const customerRoutes = [
  route('POST', '/v1/customers', kind, createParameters, (call, parameters) => {
    const customer = call.account.customers.add(buildCustomer(call.account, parameters));
    call.emit('customer.created', customer);
    return customer;
  }),

  route('GET', '/v1/customers/:id', kind, z.strictObject({}), ({ account }, _parameters, id) => {
    const customer = account.customers.get(id);
    if (customer === undefined) throw missing(kind, id, 'id', 404);
    return customer;
  }),
];

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
    metadata: mergeMetadata({}, parameters.metadata),
    name,
    phone,
    preferred_locales: [],
    shipping: shipping === undefined ? null : buildShipping(shipping),
  };
}
