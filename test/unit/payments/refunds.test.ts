import { describe, expect, it } from 'vitest';
import type { RefundFact } from '../../../src/payments/refunds.ts';
import { advanceRefund, refundedMinor } from '../../../src/payments/refunds.ts';

const refund = (id: string, amountMinor: number, status: string, second: number): RefundFact => ({
  paymentId: 'pi_1',
  id,
  kind: 'refund',
  amountMinor,
  currency: 'usd',
  status,
  observedAt: second * 1000,
});
const total = (amountMinor: number, second: number): RefundFact => ({
  ...refund('ch_1', amountMinor, '', second),
  kind: 'charge_total',
});

describe('what was refunded', () => {
  it.each<[string, RefundFact[], number]>([
    ['nothing', [], 0],
    ['single refunds', [refund('re_1', 300, 'succeeded', 1), refund('re_2', 200, 'pending', 2)], 500],
    ['none that failed or was canceled', [refund('re_1', 300, 'failed', 1), refund('re_2', 200, 'canceled', 2)], 0],
    ['the total of the charge', [total(500, 2)], 500],
    ['not both', [refund('re_1', 300, 'succeeded', 1), total(500, 2)], 500],
    ['a refund that the total does not know yet', [refund('re_1', 300, 'succeeded', 1), total(200, 0)], 300],
    ['a total without a refund that failed after it', [refund('re_1', 300, 'failed', 3), total(500, 2)], 200],
    ['a total from after the failure, as it is', [refund('re_1', 300, 'failed', 1), total(500, 2)], 500],
  ])('is %s', (_what, facts, expected) => {
    expect(refundedMinor(facts)).toBe(expected);
  });
});

describe('a refund', () => {
  it('that failed stays so, also when its success arrives later', () => {
    const failed = refund('re_1', 300, 'failed', 5);
    expect(advanceRefund(failed, refund('re_1', 300, 'succeeded', 9))).toBe(failed);
    expect(advanceRefund(refund('re_1', 300, 'succeeded', 9), failed)).toBe(failed);
  });

  it('goes on within one second, and totals grow', () => {
    const succeeded = refund('re_1', 300, 'succeeded', 5);
    expect(advanceRefund(succeeded, refund('re_1', 300, 'pending', 5))).toBe(succeeded);
    expect(advanceRefund(total(500, 5), total(300, 5))).toEqual(total(500, 5));
  });
});
