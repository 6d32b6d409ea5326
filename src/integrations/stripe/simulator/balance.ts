import type { Account } from './account.ts';
import type { Charge, Dispute } from './card-objects.ts';
import { createId } from './ids.ts';
import type { BalanceTransaction, Refund } from './objects.ts';

/** Two business days for an account in the United States, here two days. */
const PAYOUT_DELAY_S = 2 * 24 * 60 * 60;

/** 2.9 % + 30, the published price for cards. */
function feeOf(amount: number): number {
  return Math.round(amount * 0.029) + 30;
}

/** Books captured funds, which the charge then names. */
export function bookCharge(account: Account, charge: Charge): void {
  const { amount_captured: amount, currency, description, id } = charge;
  const fee = feeOf(amount);
  const fees = [
    { amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' },
  ];
  const delay = account.cards.get(charge.payment_method)?.bypassPending === true ? 0 : PAYOUT_DELAY_S;
  const booking: Booking = {
    amount,
    currency,
    description,
    fee,
    fee_details: fees as BalanceTransaction['fee_details'],
    reporting_category: 'charge',
    source: id,
    type: 'charge',
  };
  charge.balance_transaction = bookTransaction(account, booking, delay).id;
}

/** Returns the id of the booking. Stripe keeps its fee when a payment is refunded. */
export function bookRefund(account: Account, refund: Pick<Refund, 'id' | 'amount' | 'currency'>): string {
  return book(account, {
    amount: -refund.amount,
    currency: refund.currency,
    description: 'REFUND FOR CHARGE',
    fee: 0,
    fee_details: [],
    reporting_category: 'refund',
    source: refund.id,
    type: 'refund',
  });
}

/** Gives back what a refund that failed had taken. Returns the id of the booking. */
export function bookFailedRefund(account: Account, refund: Pick<Refund, 'id' | 'amount' | 'currency'>): string {
  return book(account, {
    amount: refund.amount,
    currency: refund.currency,
    description: 'REFUND FAILURE',
    fee: 0,
    fee_details: [],
    reporting_category: 'refund_failure',
    source: refund.id,
    type: 'refund_failure',
  });
}

/** What a dispute for fraud costs in addition: https://stripe.com/pricing */
const DISPUTE_FEE = 1_500;

/** Withdraws what is disputed, with the fee; a reversal gives the amount back. */
export function bookDispute(
  account: Account,
  dispute: Pick<Dispute, 'id' | 'currency'>,
  change: number,
): BalanceTransaction {
  const { id, currency } = dispute;
  const isWithdrawal = change < 0;
  const fee = isWithdrawal ? DISPUTE_FEE : 0;
  const fees = [{ amount: fee, application: null, currency, description: 'Dispute fee', type: 'stripe_fee' }];
  return bookTransaction(account, {
    amount: change,
    currency,
    description: isWithdrawal ? `Chargeback withdrawal for ${id}` : `Chargeback reversal for ${id}`,
    fee,
    fee_details: (isWithdrawal ? fees : []) as BalanceTransaction['fee_details'],
    reporting_category: 'dispute',
    source: id,
    type: 'adjustment',
  });
}

type Booking = Pick<
  BalanceTransaction,
  'amount' | 'currency' | 'description' | 'fee' | 'fee_details' | 'reporting_category' | 'source' | 'type'
>;

function book(account: Account, booking: Booking): string {
  return bookTransaction(account, booking).id;
}

function bookTransaction(account: Account, booking: Booking, delay = PAYOUT_DELAY_S): BalanceTransaction {
  const created = account.now();
  const availableOn = created + delay;
  return account.balanceTransactions.add({
    id: createId('txn'),
    object: 'balance_transaction',
    ...booking,
    available_on: availableOn,
    balance_type: 'payments',
    created,
    exchange_rate: null,
    net: booking.amount - booking.fee,
    get status() {
      return availableOn <= account.now() ? 'available' : 'pending';
    },
  });
}

/** https://docs.stripe.com/api/balance: funds become available when their booking is due. */
export function buildBalance(account: Account): object {
  const bookings = account.balanceTransactions.newestFirst();
  const currencies = new Set(['usd', ...bookings.map(({ currency }) => currency)]);
  const sum = (status: BalanceTransaction['status']) =>
    [...currencies].map((currency) => {
      const amount = bookings
        .filter((booking) => booking.currency === currency && booking.status === status)
        .reduce((total, { net }) => total + net, 0);
      return { amount, currency, source_types: { card: amount } };
    });
  return { object: 'balance', available: sum('available'), livemode: false, pending: sum('pending') };
}
