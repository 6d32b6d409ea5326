import * as z from 'zod';
import {
  flag,
  get,
  id,
  list,
  metadata,
  moving,
  object,
  operations,
  post,
  remove,
  search,
  text,
  texts,
  time,
  whole,
} from './table.ts';

const customer = {
  email: text,
  name: text,
  phone: text,
  description: text,
  address: object,
  shipping: object,
  metadata,
  invoice_settings: object,
};

/** https://docs.stripe.com/api/customers, …/payment_methods and …/setup_intents */
export const customerOperations = operations({
  createCustomer: post('/v1/customers', { ...customer, payment_method: id }),
  retrieveCustomer: get('/v1/customers/{id}'),
  updateCustomer: post('/v1/customers/{id}', customer),
  deleteCustomer: remove('/v1/customers/{id}'),
  listCustomers: list('/v1/customers', { email: text, created: time }),
  searchCustomers: search('/v1/customers/search'),
  listCustomerPaymentMethods: list('/v1/customers/{id}/payment_methods', { type: id }),

  createPaymentMethod: post('/v1/payment_methods', { type: id, card: object, billing_details: object, metadata }),
  retrievePaymentMethod: get('/v1/payment_methods/{id}'),
  updatePaymentMethod: post('/v1/payment_methods/{id}', { billing_details: object, card: object, metadata }),
  attachPaymentMethod: post('/v1/payment_methods/{id}/attach', { customer: z.string().max(255) }),
  detachPaymentMethod: post('/v1/payment_methods/{id}/detach'),
  listPaymentMethods: list('/v1/payment_methods', { customer: id, type: id }),

  createSetupIntent: post('/v1/setup_intents', {
    customer: id,
    payment_method: id,
    confirm: flag,
    usage: z.enum(['on_session', 'off_session']).optional(),
    automatic_payment_methods: object,
    description: text,
    metadata,
  }),
  retrieveSetupIntent: get('/v1/setup_intents/{id}'),
  updateSetupIntent: post('/v1/setup_intents/{id}', { customer: id, payment_method: id, description: text, metadata }),
  confirmSetupIntent: post('/v1/setup_intents/{id}/confirm', { payment_method: id, return_url: text }),
  cancelSetupIntent: post('/v1/setup_intents/{id}/cancel', { cancellation_reason: id }),
  listSetupIntents: list('/v1/setup_intents', { customer: id, payment_method: id, created: time }),
});

/** https://docs.stripe.com/api/products, …/prices and …/checkout/sessions */
export const catalogueOperations = operations({
  createProduct: post('/v1/products', {
    name: z.string().min(1).max(5000),
    active: flag,
    description: text,
    default_price_data: object,
    images: texts,
    metadata,
  }),
  retrieveProduct: get('/v1/products/{id}'),
  updateProduct: post('/v1/products/{id}', {
    name: text,
    active: flag,
    description: text,
    default_price: id,
    metadata,
  }),
  deleteProduct: remove('/v1/products/{id}'),
  listProducts: list('/v1/products', { active: flag, ids: texts, created: time }),
  searchProducts: search('/v1/products/search'),

  createPrice: post('/v1/prices', {
    currency: z.string().length(3),
    unit_amount: whole,
    unit_amount_decimal: text,
    product: id,
    product_data: object,
    recurring: object,
    lookup_key: text,
    metadata,
  }),
  retrievePrice: get('/v1/prices/{id}'),
  updatePrice: post('/v1/prices/{id}', { active: flag, lookup_key: text, nickname: text, metadata }),
  listPrices: list('/v1/prices', { product: id, active: flag, type: id, lookup_keys: texts, created: time }),
  searchPrices: search('/v1/prices/search'),

  createCheckoutSession: moving(
    post('/v1/checkout/sessions', {
      mode: z.enum(['payment', 'setup', 'subscription']).optional(),
      line_items: z.array(z.record(z.string(), z.unknown())).optional(),
      success_url: text,
      cancel_url: text,
      customer: id,
      client_reference_id: text,
      metadata,
    }),
  ),
  retrieveCheckoutSession: get('/v1/checkout/sessions/{id}'),
  expireCheckoutSession: post('/v1/checkout/sessions/{id}/expire'),
  listCheckoutSessions: list('/v1/checkout/sessions', { customer: id, payment_intent: id, status: id, created: time }),
  listCheckoutLineItems: list('/v1/checkout/sessions/{id}/line_items'),
});
