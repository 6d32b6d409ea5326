import * as z from 'zod';
import { buildBalance } from './balance.ts';
import type { Charge } from './card-objects.ts';
import type { BalanceTransaction } from './objects.ts';
import { clearable, metadata, text } from './parameters.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, retrieveRoute, searchRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { changedFrom, given } from './updates.ts';

const charges: Resource<Charge> = {
  path: '/v1/charges',
  kind: 'charge',
  param: 'charge',
  objects: (account) => account.charges,
};

const balanceTransactions: Resource<BalanceTransaction> = {
  path: '/v1/balance_transactions',
  kind: 'balance_transaction',
  label: 'balance transaction',
  objects: (account) => account.balanceTransactions,
};

const updateParameters = z.strictObject({
  description: clearable().optional(),
  metadata: metadata().optional(),
  receipt_email: clearable().optional(),
});

/** What payments left behind. */
export const recordRoutes = [
  route('GET', '/v1/balance', 'balance', z.strictObject({}), ({ account }) => buildBalance(account)),

  searchRoute(charges, ['amount', 'currency', 'customer', 'disputed', 'payment_intent', 'refunded', 'status']),
  retrieveRoute(charges),
  listRoute(
    charges,
    { customer: text().optional(), payment_intent: text().optional() },
    (charge, { customer, payment_intent }) =>
      fits(customer, charge.customer) && fits(payment_intent, charge.payment_intent),
  ),
  route(
    'POST',
    '/v1/charges/:id',
    'charge',
    updateParameters,
    ({ account, emit }, { metadata: update, ...fields }, id) => {
      const charge = fetchObject(charges, account, id);
      const before = structuredClone(charge);
      Object.assign(charge, given(fields), { metadata: mergeMetadata(charge.metadata, update) });
      emit('charge.updated', charge, changedFrom(before, charge));
      return charge;
    },
  ),

  listRoute(
    balanceTransactions,
    { source: text().optional(), type: text().optional(), currency: text().optional() },
    (booking, { source, type, currency }) =>
      fits(source, booking.source) && fits<string>(type, booking.type) && fits(currency, booking.currency),
  ),
  retrieveRoute(balanceTransactions),
];
