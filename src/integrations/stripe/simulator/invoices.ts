import * as z from 'zod';
import type { Account, Call } from './account.ts';
import { invalidRequest, missing } from './api-error.ts';
import { addLines, buildInvoice, itemLine } from './build-invoice.ts';
import { Collection } from './collection.ts';
import {
  attemptPayment,
  defaultMethod,
  finalizeInvoice,
  markPaid,
  requireInvoiceStatus,
  voidInvoice,
} from './invoice-changes.ts';
import type { Invoice, InvoiceLine, InvoicePayment } from './invoice-objects.ts';
import type { collection } from './invoice-parameters.ts';
import { both, createParameters, filters, payParameters } from './invoice-parameters.ts';
import { previewInvoice, previewParameters } from './invoice-preview.ts';
import { listParameters, paginate } from './pagination.ts';
import { boolean, choice, text } from './parameters.ts';
import { requireAttached, resolvePaymentMethod } from './payment-methods.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, retrieveRoute, searchRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { changedFrom, given } from './updates.ts';

const invoices: Resource<Invoice> = { path: '/v1/invoices', kind: 'invoice', objects: (account) => account.invoices };
const { path, kind } = invoices;

const invoicePayments: Resource<InvoicePayment> = {
  path: '/v1/invoice_payments',
  kind: 'invoice_payment',
  objects: (account) => account.invoicePayments,
};

const subscriptionOf = ({ parent }: Invoice) => parent?.subscription_details.subscription ?? null;

export const invoiceRoutes = [
  route('POST', `${path}/create_preview`, kind, previewParameters, previewInvoice),
  route('POST', path, kind, createParameters, createInvoice),
  searchRoute(invoices, ['currency', 'customer', 'number', 'receipt_number', 'status', 'total']),
  retrieveRoute(invoices),
  listRoute(
    invoices,
    filters,
    (invoice, { collection_method, customer, status, subscription }) =>
      fits(collection_method, invoice.collection_method) &&
      fits(customer, invoice.customer) &&
      fits(status, invoice.status) &&
      fits(subscription, subscriptionOf(invoice)),
  ),
  route('GET', `${path}/:id/lines`, 'line_item', z.strictObject(listParameters), ({ account }, parameters, id) => {
    const objects = new Collection<InvoiceLine & { created: number }>();
    const invoice = fetchObject(invoices, account, id);
    // A page begins with the newest, lines with the first: turned round they come out in order.
    for (const line of [...invoice.lines.data].reverse()) objects.add({ ...line, created: invoice.created });
    const page = paginate({ objects, kind: 'line_item', url: `${path}/${id}/lines` }, parameters, () => true);
    return { ...page, data: page.data.map(({ created: _created, ...line }) => line) };
  }),

  route(
    'POST',
    `${path}/:id/finalize`,
    kind,
    z.strictObject({ auto_advance: boolean().optional() }),
    changing(finalize),
  ),
  route('POST', `${path}/:id/pay`, kind, payParameters, changing(pay)),
  route(
    'POST',
    `${path}/:id/void`,
    kind,
    z.strictObject({}),
    changing((call, _parameters, invoice) => {
      requireInvoiceStatus(invoice, ['open', 'uncollectible'], 'You can only pass in open invoices');
      voidInvoice(call, invoice);
    }),
  ),
  route(
    'POST',
    `${path}/:id/mark_uncollectible`,
    kind,
    z.strictObject({}),
    changing((call, _parameters, invoice) => {
      requireInvoiceStatus(invoice, ['open'], 'You can only pass in open invoices');
      invoice.status = 'uncollectible';
      invoice.status_transitions.marked_uncollectible_at = call.account.now();
      call.emit('invoice.marked_uncollectible', invoice);
    }),
  ),
  route(
    'POST',
    `${path}/:id/send`,
    kind,
    z.strictObject({}),
    changing((call, _parameters, invoice) => {
      if (invoice.status === 'draft') finalizeInvoice(call, invoice);
      call.emit('invoice.sent', invoice);
    }),
  ),
  route('POST', `${path}/:id`, kind, z.strictObject(both), changing(updateInvoice)),
  route('DELETE', `${path}/:id`, kind, z.strictObject({}), ({ account, emit }, _parameters, id) => {
    const invoice = fetchObject(invoices, account, id);
    requireInvoiceStatus(invoice, ['draft'], 'You can only delete draft invoices');
    account.invoices.delete(id);
    emit('invoice.deleted', invoice);
    return { id, object: kind, deleted: true };
  }),

  retrieveRoute(invoicePayments),
  listRoute(
    invoicePayments,
    { invoice: text().optional(), status: choice('open', 'paid', 'canceled').optional() },
    (payment, { invoice, status }) => fits(invoice, payment.invoice) && fits(status, payment.status),
  ),
];

/** Work on one invoice, at the time of its customer. */
function changing<T>(work: (call: Call, parameters: T, invoice: Invoice) => void) {
  return (call: Call, parameters: T, id: string): Invoice => {
    const invoice = fetchObject(invoices, call.account, id);
    call.account.at(invoice.test_clock, () => work(call, parameters, invoice));
    return invoice;
  };
}

function createInvoice(call: Call, parameters: z.output<typeof createParameters>): Invoice {
  const { account } = call;
  const customer = account.customers.get(parameters.customer);
  if (customer === undefined) throw missing('customer', parameters.customer, 'customer', 400);
  requireDays(parameters.collection_method, parameters.days_until_due);
  return account.at(customer.test_clock, () => {
    const { auto_advance: autoAdvance, collection_method: collectionMethod, days_until_due: daysUntilDue } = parameters;
    const waiting = account.invoiceItems
      .newestFirst((item) => item.customer === customer.id && item.invoice === null)
      .reverse();
    const items = parameters.pending_invoice_items_behavior === 'include' ? waiting : [];
    const currency = parameters.currency ?? items[0]?.currency ?? 'usd';
    const order = { customer, currency, reason: 'manual' as const, collectionMethod, daysUntilDue, autoAdvance };
    const invoice = account.invoices.add(buildInvoice(account, order));
    applyFields(account, invoice, parameters);
    for (const item of items) item.invoice = invoice.id;
    addLines(
      invoice,
      items.map((item) => itemLine(invoice, item)),
    );
    call.emit('invoice.created', invoice);
    return invoice;
  });
}

function requireDays(method: z.output<typeof collection>, days: number | undefined): void {
  if (method !== 'send_invoice' || days !== undefined) return;
  throw invalidRequest('If collection_method is set to send_invoice, either due_date or days_until_due must be set.', {
    param: 'days_until_due',
  });
}

type Fields = Pick<z.output<typeof createParameters>, 'default_payment_method' | 'description' | 'footer' | 'metadata'>;

function applyFields(account: Account, invoice: Invoice, parameters: Fields): void {
  const { default_payment_method, description, footer, metadata: update } = parameters;
  if (default_payment_method !== undefined) {
    requireAttached(account, default_payment_method, invoice.customer, 'default_payment_method');
  }
  Object.assign(invoice, given({ default_payment_method, description, footer }));
  invoice.metadata = mergeMetadata(invoice.metadata, update);
}

function updateInvoice(call: Call, parameters: z.output<z.ZodObject<typeof both>>, invoice: Invoice): void {
  const { metadata: update, ...fields } = parameters;
  if (Object.values(fields).some((value) => value !== undefined)) {
    requireInvoiceStatus(invoice, ['draft', 'open'], 'Finalized invoices can no longer be changed');
  }
  const before = structuredClone(invoice);
  applyFields(call.account, invoice, { ...fields, metadata: update });
  Object.assign(invoice, given({ auto_advance: fields.auto_advance, collection_method: fields.collection_method }));
  call.emit('invoice.updated', invoice, changedFrom(before, invoice));
}

function finalize(call: Call, { auto_advance }: { auto_advance?: boolean | undefined }, invoice: Invoice): void {
  if (auto_advance !== undefined) invoice.auto_advance = auto_advance;
  finalizeInvoice(call, invoice);
}

function pay(call: Call, parameters: z.output<typeof payParameters>, invoice: Invoice): void {
  if (invoice.status === 'draft') finalizeInvoice(call, invoice);
  if (invoice.status === 'paid') throw invalidRequest('Invoice is already paid', { code: 'invoice_already_paid' });
  requireInvoiceStatus(invoice, ['open', 'uncollectible'], 'This invoice can no longer be paid');
  if (parameters.paid_out_of_band === true) {
    markPaid(call, invoice);
    return;
  }
  const { payment_method: id, off_session = true } = parameters;
  const method = id === undefined ? defaultMethod(call.account, invoice) : resolvePaymentMethod(call.account, id);
  const error = attemptPayment(call, invoice, { method, offSession: off_session });
  if (error !== undefined) throw error;
}
