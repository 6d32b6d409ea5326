import * as z from 'zod';
import {
  flag,
  get,
  id,
  list,
  metadata,
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

/** https://docs.stripe.com/api/payment_intents and …/refunds, beside those of payments.ts */
export const paymentListOperations = operations({
  updatePaymentIntent: post('/v1/payment_intents/{id}', {
    amount: whole,
    currency: id,
    customer: id,
    description: text,
    payment_method: id,
    receipt_email: text,
    metadata,
  }),
  listPaymentIntents: list('/v1/payment_intents', { customer: id, created: time }),
  searchPaymentIntents: search('/v1/payment_intents/search'),

  retrieveRefund: get('/v1/refunds/{id}'),
  updateRefund: post('/v1/refunds/{id}', { metadata }),
  cancelRefund: post('/v1/refunds/{id}/cancel'),
  listRefunds: list('/v1/refunds', { payment_intent: id, charge: id, created: time }),
});

/** https://docs.stripe.com/api/charges, …/disputes, …/balance and …/balance_transactions */
export const accountOperations = operations({
  retrieveCharge: get('/v1/charges/{id}'),
  updateCharge: post('/v1/charges/{id}', { description: text, receipt_email: text, metadata }),
  listCharges: list('/v1/charges', { customer: id, payment_intent: id, created: time }),
  searchCharges: search('/v1/charges/search'),

  retrieveDispute: get('/v1/disputes/{id}'),
  updateDispute: post('/v1/disputes/{id}', { evidence: object, submit: flag, metadata }),
  closeDispute: post('/v1/disputes/{id}/close'),
  listDisputes: list('/v1/disputes', { payment_intent: id, charge: id, created: time }),

  retrieveBalance: get('/v1/balance'),
  retrieveBalanceTransaction: get('/v1/balance_transactions/{id}'),
  listBalanceTransactions: list('/v1/balance_transactions', { type: id, payout: id, source: id, created: time }),
});

const endpoint = { url: z.url().optional(), enabled_events: texts, description: text, metadata };

/** https://docs.stripe.com/api/events and …/webhook_endpoints */
export const webhookOperations = operations({
  retrieveEvent: get('/v1/events/{id}'),
  listEvents: list('/v1/events', { type: id, types: texts, delivery_success: flag, created: time }),

  createWebhookEndpoint: post('/v1/webhook_endpoints', { ...endpoint, api_version: id, connect: flag }),
  retrieveWebhookEndpoint: get('/v1/webhook_endpoints/{id}'),
  updateWebhookEndpoint: post('/v1/webhook_endpoints/{id}', { ...endpoint, disabled: flag }),
  deleteWebhookEndpoint: remove('/v1/webhook_endpoints/{id}'),
  listWebhookEndpoints: list('/v1/webhook_endpoints'),
});
