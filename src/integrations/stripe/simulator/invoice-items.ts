import * as z from 'zod';
import type { Account } from './account.ts';
import { amountProblem, MAX_AMOUNT } from './amounts.ts';
import { invalidRequest, missing } from './api-error.ts';
import type { Price, Subscription, SubscriptionItem } from './billing-objects.ts';
import { addLines, itemLine, pricingOf } from './build-invoice.ts';
import { createId } from './ids.ts';
import type { Invoice, InvoiceItem } from './invoice-objects.ts';
import { boolean, clearable, integer, metadata, notSimulated, text } from './parameters.ts';
import { prices } from './prices.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, resolveObject, retrieveRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { currentPeriod } from './subscription-changes.ts';

const invoiceItems: Resource<InvoiceItem> = {
  path: '/v1/invoiceitems',
  kind: 'invoiceitem',
  objects: (account) => account.invoiceItems,
};
const { path, kind } = invoiceItems;

const createParameters = z.strictObject({
  amount: integer(-MAX_AMOUNT, MAX_AMOUNT).optional(),
  currency: text().toLowerCase().optional(),
  customer: text(),
  description: clearable().optional(),
  invoice: text().optional(),
  metadata: metadata().optional(),
  pricing: z.strictObject({ price: text() }).optional(),
  quantity: integer(0, 1_000_000).optional(),
  ...notSimulated('discountable', 'discounts', 'period', 'price_data', 'subscription', 'tax_behavior', 'tax_code'),
  ...notSimulated('tax_rates', 'unit_amount_decimal'),
});

/** https://docs.stripe.com/api/invoiceitems */
export const invoiceItemRoutes = [
  route('POST', path, kind, createParameters, ({ account, emit }, parameters) => {
    const { customer: customerId, invoice: invoiceId } = parameters;
    const customer = account.customers.get(customerId);
    if (customer === undefined) throw missing('customer', customerId, 'customer', 400);
    const item = account.at(customer.test_clock, () => buildItem(account, parameters, customer.test_clock));
    const invoice = invoiceId === undefined ? undefined : requireDraft(account, invoiceId);
    account.invoiceItems.add(item);
    if (invoice !== undefined) {
      item.invoice = invoice.id;
      addLines(invoice, [itemLine(invoice, item)]);
    }
    emit('invoiceitem.created', item);
    return item;
  }),

  retrieveRoute(invoiceItems),
  listRoute(
    invoiceItems,
    { customer: text().optional(), invoice: text().optional(), pending: boolean().optional() },
    (item, { customer, invoice, pending }) =>
      fits(customer, item.customer) && fits(invoice, item.invoice) && fits(pending, item.invoice === null),
  ),

  route('DELETE', `${path}/:id`, kind, z.strictObject({}), ({ account, emit }, _parameters, id) => {
    const item = fetchObject(invoiceItems, account, id);
    if (item.invoice !== null) throw invalidRequest('This invoice item is on an invoice and can no longer be deleted.');
    account.invoiceItems.delete(id);
    emit('invoiceitem.deleted', item);
    return { id, object: kind, deleted: true };
  }),
];

function requireDraft(account: Account, id: string): Invoice {
  const invoice = account.invoices.get(id);
  if (invoice === undefined) throw missing('invoice', id, 'invoice', 400);
  if (invoice.status === 'draft') return invoice;
  throw invalidRequest('Invoice is no longer editable', { code: 'invoice_not_editable', param: 'invoice' });
}

function buildItem(
  account: Account,
  parameters: z.output<typeof createParameters>,
  testClock: string | null,
): InvoiceItem {
  const { pricing, quantity = 1 } = parameters;
  const price = pricing === undefined ? undefined : resolveObject(prices, account, pricing.price, 'pricing[price]');
  const amount = price === undefined ? parameters.amount : price.unit_amount * quantity;
  const currency = price?.currency ?? parameters.currency ?? 'usd';
  if (amount === undefined) {
    throw invalidRequest('Missing required param: amount.', { code: 'parameter_missing', param: 'amount' });
  }
  const problem = amountProblem(Math.max(MAX_CHECKED, Math.abs(amount)), currency);
  if (problem?.param === 'currency') throw invalidRequest(problem.message, { param: 'currency' });
  const description = parameters.description ?? account.products.get(price?.product ?? '')?.name ?? null;
  const now = account.now();
  return itemOf(
    { account, amount, currency, customer: parameters.customer, description, price, quantity, testClock },
    {
      metadata: mergeMetadata({}, parameters.metadata),
      period: { end: now, start: now },
    },
  );
}

/** An amount that no minimum refuses: lines of any size are allowed, only the currency is checked. */
const MAX_CHECKED = 100_000;

interface ItemFacts {
  readonly account: Account;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly description: string | null;
  readonly price: Price | undefined;
  readonly quantity: number;
  readonly testClock: string | null;
}

function itemOf(facts: ItemFacts, more: Pick<InvoiceItem, 'metadata' | 'period'> & Partial<InvoiceItem>): InvoiceItem {
  const { account, amount, currency, customer, description, price, quantity, testClock } = facts;
  const date = account.now();
  return {
    id: createId('ii'),
    object: 'invoiceitem',
    amount,
    created: date,
    currency,
    customer,
    customer_account: null,
    date,
    description,
    discountable: true,
    discounts: [],
    invoice: null,
    livemode: false,
    net_amount: amount,
    parent: null,
    pricing: price === undefined ? null : pricingOf(price),
    proration: false,
    quantity,
    quantity_decimal: String(quantity),
    tax_rates: [],
    test_clock: testClock,
    ...more,
  };
}

/** Books the part of an amount that falls into the rest of the period, for the next invoice. Nothing while it is tried. */
export function addProration(
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  amountOfPeriod: number,
  words: string,
  price: Price = item.price,
): void {
  const { start, end } = currentPeriod(subscription);
  const now = account.now();
  const amount = Math.round((amountOfPeriod * (end - now)) / Math.max(1, end - start));
  if (subscription.status === 'trialing' || amount === 0) return;
  const name = account.products.get(price.product)?.name ?? 'Product';
  const day = new Date(now * 1000).toISOString().slice(0, 10);
  const { currency, customer, id, test_clock: testClock } = subscription;
  const facts = { account, amount, currency, customer, description: `${words} ${name} after ${day}`, testClock };
  account.invoiceItems.add(
    itemOf(
      { ...facts, price, quantity: item.quantity },
      {
        metadata: {},
        parent: {
          subscription_details: { subscription: id, subscription_item: item.id },
          type: 'subscription_details',
        },
        period: { end, start: now },
        proration: true,
      },
    ),
  );
}
