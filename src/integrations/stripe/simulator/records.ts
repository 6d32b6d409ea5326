import * as z from 'zod';
import { missing } from './api-error.ts';
import { buildBalance } from './balance.ts';
import { listParameters, paginate } from './pagination.ts';
import { text } from './parameters.ts';
import { route } from './router.ts';

/** Endpoints that only read what payments left behind. */
export const recordRoutes = [
  route('GET', '/v1/balance', 'balance', z.strictObject({}), ({ account }) => buildBalance(account)),

  route('GET', '/v1/balance_transactions/:id', 'balance_transaction', z.strictObject({}), ({ account }, _form, id) => {
    const booking = account.balanceTransactions.get(id);
    if (booking === undefined) throw missing('balance transaction', id, 'id', 404);
    return booking;
  }),

  route(
    'GET',
    '/v1/charges',
    'charge',
    z.strictObject({ ...listParameters, customer: text().optional(), payment_intent: text().optional() }),
    ({ account }, parameters) =>
      paginate(
        { objects: account.charges, kind: 'charge', url: '/v1/charges' },
        parameters,
        (charge) =>
          [undefined, charge.customer].includes(parameters.customer) &&
          [undefined, charge.payment_intent].includes(parameters.payment_intent),
      ),
  ),

  route('GET', '/v1/charges/:id', 'charge', z.strictObject({}), ({ account }, _form, id) => {
    const charge = account.charges.get(id);
    if (charge === undefined) throw missing('charge', id, 'charge', 404);
    return charge;
  }),

  route('GET', '/v1/payment_methods/:id', 'payment_method', z.strictObject({}), ({ account }, _form, id) => {
    const method = account.paymentMethods.get(id);
    if (method === undefined) throw missing('PaymentMethod', id, 'payment_method', 404);
    return method;
  }),
];
