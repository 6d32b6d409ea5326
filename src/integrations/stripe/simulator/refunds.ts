import * as z from 'zod';
import type { Account, Call } from './account.ts';
import { addRefund } from './add-refund.ts';
import { display } from './amounts.ts';
import { invalidRequest, missing } from './api-error.ts';
import { bookFailedRefund } from './balance.ts';
import type { Charge } from './card-objects.ts';
import type { Refund } from './objects.ts';
import { amount, choice, metadata, notSimulated, text } from './parameters.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, retrieveRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import type { TestCard } from './test-cards.ts';
import { changedFrom } from './updates.ts';

const refunds: Resource<Refund> = { path: '/v1/refunds', kind: 'refund', objects: (account) => account.refunds };
const { path, kind } = refunds;

const createParameters = z.strictObject({
  amount: amount().optional(),
  charge: text().optional(),
  metadata: metadata().optional(),
  payment_intent: text().optional(),
  reason: choice('duplicate', 'fraudulent', 'requested_by_customer').optional(),
  ...notSimulated('currency', 'customer', 'instructions_email', 'origin', 'refund_application_fee', 'reverse_transfer'),
});

type CreateParameters = z.output<typeof createParameters>;

export const refundRoutes = [
  route('POST', path, kind, createParameters, (call, parameters) => {
    const { account } = call;
    const charge = findCharge(account, parameters);
    const { amount_refunded, refunded } = charge;
    const refund = addRefund(account, charge, {
      amount: refundable(charge, parameters.amount),
      metadata: mergeMetadata({}, parameters.metadata),
      reason: parameters.reason ?? null,
    });
    call.emit('refund.created', refund);
    call.emit('charge.refunded', charge, { amount_refunded, ...(refunded !== charge.refunded && { refunded }) });
    const fate = account.cards.get(charge.payment_method)?.refund;
    if (fate !== undefined) call.later(() => settle(call, refund, charge, fate));
    return refund;
  }),

  retrieveRoute(refunds),
  listRoute(
    refunds,
    { charge: text().optional(), payment_intent: text().optional() },
    (refund, { charge, payment_intent }) => fits(charge, refund.charge) && fits(payment_intent, refund.payment_intent),
  ),
  route('POST', `${path}/:id`, kind, z.strictObject({ metadata: metadata().optional() }), (call, parameters, id) => {
    const refund = fetchObject(refunds, call.account, id);
    const before = structuredClone(refund);
    refund.metadata = mergeMetadata(refund.metadata, parameters.metadata);
    call.emit('refund.updated', refund, changedFrom(before, refund));
    return refund;
  }),
];

/** What becomes of the refund after the answer: https://docs.stripe.com/refunds#failed-refunds */
function settle(call: Call, refund: Refund, charge: Charge, fate: NonNullable<TestCard['refund']>): void {
  const { status } = refund;
  if (fate === 'pending') {
    refund.status = 'succeeded';
    call.emit('refund.updated', refund, { status });
    return;
  }
  refund.status = 'failed';
  refund.failure_reason = 'expired_or_canceled_card';
  refund.failure_balance_transaction = bookFailedRefund(call.account, refund);
  charge.amount_refunded -= refund.amount;
  charge.refunded = false;
  call.emit('refund.updated', refund, { status });
  call.emit('refund.failed', refund);
}

/** The charge to refund, which must have succeeded. */
function findCharge(account: Account, { charge: id, payment_intent: intentId }: CreateParameters): Charge {
  if (intentId === undefined) {
    if (id === undefined) {
      throw invalidRequest(
        'One of the following params should be provided for this request: payment_intent or charge.',
        {
          code: 'parameter_missing',
        },
      );
    }
    const charge = account.charges.get(id);
    if (charge === undefined) throw missing('charge', id, 'charge', 400);
    return requireSucceeded(charge, charge.payment_intent);
  }
  const intent = account.paymentIntents.get(intentId);
  if (intent === undefined) throw missing('payment_intent', intentId, 'payment_intent', 400);
  const charge = account.charges.get(intent.latest_charge ?? '');
  if (id !== undefined && id !== charge?.id) {
    throw invalidRequest(`Charge ${id} does not belong to PaymentIntent ${intentId}.`, { param: 'charge' });
  }
  return requireSucceeded(charge, intentId);
}

function requireSucceeded(charge: Charge | undefined, intentId: string): Charge {
  if (charge?.status === 'succeeded' && charge.captured) return charge;
  throw invalidRequest(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`);
}

/** The amount to refund; without one, all that is left. */
function refundable(charge: Charge, wanted: number | undefined): number {
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  }
  if (wanted === undefined || wanted <= left) return wanted ?? left;
  const [asked, available] = [wanted, left].map((value) => display(value, charge.currency));
  throw invalidRequest(`Refund amount (${asked}) is greater than unrefunded amount on charge (${available})`, {
    param: 'amount',
  });
}
