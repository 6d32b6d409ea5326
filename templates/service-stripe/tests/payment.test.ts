import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PaymentService } from '../src/services/payment.service.js';
import { PermanentError, TransientError } from '../src/types/index.js';
import { StripeMock } from './mocks/stripe.mock.js';
import type { TemporaryStore } from './mocks/temporary-store.js';
import { createTemporaryStore } from './mocks/temporary-store.js';

const PAYMENT = { reference: 'order-1', amountMinor: 1050, currency: 'USD' };
const stripe = new StripeMock();
let temporary: TemporaryStore;
let payments: PaymentService;

beforeEach(async () => {
  stripe.reset();
  temporary = await createTemporaryStore();
  payments = new PaymentService(stripe, temporary.store);
});
afterEach(() => temporary.remove());

describe('PaymentService', () => {
  it('makes a payment', async () => {
    expect(await payments.createPayment(PAYMENT)).toMatchObject({ id: 'pi_1', amountMinor: 1050, currency: 'usd' });
  });

  it('makes one payment per reference', async () => {
    const first = await payments.createPayment(PAYMENT);
    expect(await payments.createPayment(PAYMENT)).toEqual(first);
    expect(stripe.intents.size).toBe(1);
  });

  it('makes one payment when the answer was lost', async () => {
    stripe.failNext(new TransientError('reset', { outcome: 'unknown' }));
    await expect(payments.createPayment(PAYMENT)).rejects.toMatchObject({ retryable: true });
    await payments.createPayment(PAYMENT);
    expect(stripe.intents.size).toBe(1);
    expect(new Set(stripe.keys).size).toBe(1);
  });

  it('refuses a reference with another amount', async () => {
    await payments.createPayment(PAYMENT);
    await expect(payments.createPayment({ ...PAYMENT, amountMinor: 99 })).rejects.toMatchObject({
      name: 'ReferenceConflictError',
    });
  });

  it('frees the reference of a refused payment', async () => {
    stripe.failNext(new PermanentError('no', { outcome: 'not_executed', status: 400 }));
    await expect(payments.createPayment(PAYMENT)).rejects.toMatchObject({ status: 400 });
    await payments.createPayment({ ...PAYMENT, amountMinor: 99 });
  });

  it.each([0, -1, 10.5, Number.NaN])('refuses the amount %s', async (amountMinor) => {
    await expect(payments.createPayment({ ...PAYMENT, amountMinor })).rejects.toMatchObject({
      outcome: 'not_executed',
    });
    expect(stripe.keys).toEqual([]);
  });
});
