import type { Account } from './account.ts';
import { bookRefund } from './balance.ts';
import type { Charge } from './card-objects.ts';
import { createId } from './ids.ts';
import type { Refund } from './objects.ts';

/** Gives back a part of what was captured, and books it. */
export function addRefund(account: Account, charge: Charge, wanted: Pick<Refund, 'amount' | 'metadata' | 'reason'>) {
  const status = account.cards.get(charge.payment_method)?.refund === 'pending' ? 'pending' : 'succeeded';
  const refund = add(account, charge, { ...wanted, status });
  refund.balance_transaction = bookRefund(account, refund);
  return refund;
}

/**
 * Gives back what was authorized and not captured: "automatically refunded" (https://docs.stripe.com/api/payment_intents/cancel). The
 * charge counts it in `amount_refunded`, and it is among its refunds, as answers of Stripe show
 * (https://github.com/woocommerce/woocommerce-gateway-stripe/issues/1073). No refund event tells of it
 * (`refunds_synchronizer.rb` of https://github.com/solidusio/solidus_stripe): that of the capture or cancellation does.
 */
export function releaseRest(account: Account, charge: Charge): void {
  const amount = charge.amount - charge.amount_captured;
  if (amount > 0) add(account, charge, { amount, metadata: {}, reason: null, status: 'succeeded' });
}

type Wanted = Pick<Refund, 'amount' | 'metadata' | 'reason' | 'status'>;

function add(account: Account, charge: Charge, wanted: Wanted): Refund {
  const { id, currency, customer, payment_intent, payment_method } = charge;
  charge.amount_refunded += wanted.amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  return account.refunds.add({
    id: createId('re'),
    object: 'refund',
    balance_transaction: null,
    charge: id,
    created: account.now(),
    currency,
    customer,
    customer_account: null,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    payment_intent,
    payment_method,
    receipt_number: null,
    source_transfer_reversal: null,
    transfer_reversal: null,
    ...wanted,
  });
}
