import * as z from 'zod';
import {
  flag,
  get,
  id,
  list,
  metadata,
  moving,
  object,
  objects,
  operations,
  post,
  remove,
  search,
  text,
  time,
  whole,
} from './table.ts';

const subscription = {
  items: objects,
  default_payment_method: id,
  cancel_at_period_end: flag,
  collection_method: z.enum(['charge_automatically', 'send_invoice']).optional(),
  days_until_due: whole,
  payment_behavior: id,
  proration_behavior: z.enum(['create_prorations', 'always_invoice', 'none']).optional(),
  trial_end: time,
  metadata,
};

/** https://docs.stripe.com/api/subscriptions */
export const subscriptionOperations = operations({
  createSubscription: moving(
    post('/v1/subscriptions', {
      ...subscription,
      customer: z.string().min(1).max(255),
      trial_period_days: whole,
    }),
  ),
  retrieveSubscription: get('/v1/subscriptions/{id}'),
  updateSubscription: moving(post('/v1/subscriptions/{id}', subscription)),
  cancelSubscription: remove('/v1/subscriptions/{id}', {
    invoice_now: flag,
    prorate: flag,
    cancellation_details: object,
  }),
  resumeSubscription: moving(post('/v1/subscriptions/{id}/resume', { billing_cycle_anchor: id })),
  listSubscriptions: list('/v1/subscriptions', { customer: id, price: id, status: id, created: time }),
  searchSubscriptions: search('/v1/subscriptions/search'),
});

const invoice = {
  description: text,
  auto_advance: flag,
  collection_method: z.enum(['charge_automatically', 'send_invoice']).optional(),
  days_until_due: whole,
  due_date: time,
  metadata,
};

/** https://docs.stripe.com/api/invoices */
export const invoiceOperations = operations({
  createInvoice: moving(
    post('/v1/invoices', {
      ...invoice,
      customer: id,
      subscription: id,
      pending_invoice_items_behavior: id,
    }),
  ),
  retrieveInvoice: get('/v1/invoices/{id}'),
  updateInvoice: post('/v1/invoices/{id}', invoice),
  deleteDraftInvoice: remove('/v1/invoices/{id}'),
  finalizeInvoice: moving(post('/v1/invoices/{id}/finalize', { auto_advance: flag })),
  payInvoice: moving(post('/v1/invoices/{id}/pay', { payment_method: id, off_session: flag, paid_out_of_band: flag })),
  sendInvoice: post('/v1/invoices/{id}/send'),
  voidInvoice: post('/v1/invoices/{id}/void'),
  markInvoiceUncollectible: post('/v1/invoices/{id}/mark_uncollectible'),
  createInvoicePreview: post('/v1/invoices/create_preview', {
    customer: id,
    subscription: id,
    subscription_details: object,
    invoice_items: objects,
  }),
  listInvoices: list('/v1/invoices', { customer: id, subscription: id, status: id, created: time }),
  searchInvoices: search('/v1/invoices/search'),
  listInvoiceLines: list('/v1/invoices/{id}/lines'),
  createInvoiceItem: moving(
    post('/v1/invoiceitems', {
      customer: z.string().min(1).max(255),
      amount: whole,
      currency: id,
      pricing: object,
      quantity: whole,
      invoice: id,
      description: text,
      metadata,
    }),
  ),
});
