import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RefundFact } from '../../../src/payments/refunds.ts';
import { advanceRefund } from '../../../src/payments/refunds.ts';
import type { InvoiceFact, Subscription, SubscriptionObservation } from '../../../src/payments/subscription-ledger.ts';
import { advanceInvoice, advanceSubscription } from '../../../src/payments/subscription-ledger.ts';

function seen(
  status: string,
  observedAt: number,
  more: Partial<SubscriptionObservation> = {},
): SubscriptionObservation {
  return {
    workspace: '/projects/shop',
    id: 'sub_1',
    integration: 'stripe',
    mode: 'test',
    status,
    customer: 'cus_1',
    prices: ['price_1'],
    currentPeriodEnd: undefined,
    cancelAtPeriodEnd: false,
    cancelAt: undefined,
    endedAt: undefined,
    trialEnd: undefined,
    isCollectionPaused: false,
    rank: 1,
    observedAt,
    ...more,
  };
}

function replay(observations: readonly SubscriptionObservation[]): Subscription | undefined {
  return observations.reduce<Subscription | undefined>(advanceSubscription, undefined);
}

/** A list, and all of it twice in another order. */
function shuffled<T>(item: fc.Arbitrary<T>): fc.Arbitrary<[T[], T[]]> {
  return fc
    .array(item, { minLength: 1, maxLength: 7 })
    .chain((items) =>
      fc.tuple(fc.constant(items), fc.shuffledSubarray([...items, ...items], { minLength: items.length * 2 })),
    );
}

const at = fc.integer({ min: 0, max: 3_000 });

describe('a subscription', () => {
  it.each<[string, SubscriptionObservation[], Partial<Subscription>]>([
    [
      'follows the later second',
      [seen('past_due', 2_000), seen('active', 1_000)],
      { status: 'past_due', updatedAt: 2_000 },
    ],
    [
      'was updated after it was created, within one second',
      [seen('active', 1_000), seen('incomplete', 1_000, { rank: 0 })],
      { status: 'active' },
    ],
    [
      'was updated after it was created, also without another status',
      [seen('active', 1_000, { cancelAtPeriodEnd: true }), seen('active', 1_900, { rank: 0 })],
      { cancelAtPeriodEnd: true },
    ],
    [
      'goes on from one status to the next within one second',
      [seen('active', 1_000), seen('incomplete', 1_000)],
      { status: 'active' },
    ],
    [
      'stays ended',
      [seen('canceled', 1_000, { rank: 2 }), seen('active', 9_000)],
      { status: 'canceled', updatedAt: 1_000 },
    ],
    [
      'was first seen when it was first seen',
      [seen('active', 5_000), seen('active', 1_000)],
      { createdAt: 1_000, updatedAt: 5_000 },
    ],
  ])('%s', (_what, observations, expected) => {
    expect(replay(observations)).toMatchObject(expected);
    expect(replay(observations.toReversed())).toMatchObject(expected);
  });

  it('is the same in whatever order it was observed, and however often', () => {
    const observation = fc
      .tuple(fc.constantFrom('incomplete', 'active', 'past_due', 'canceled', 'made_up'), at, fc.nat(2), fc.boolean())
      .map(([status, observedAt, rank, cancelAtPeriodEnd]) => seen(status, observedAt, { rank, cancelAtPeriodEnd }));
    fc.assert(
      fc.property(shuffled(observation), ([inOrder, other]) => {
        expect(replay(other)).toEqual(replay(inOrder));
      }),
      { numRuns: 500 },
    );
  });
});

describe('single facts', () => {
  const same = <T>(advance: (known: T | undefined, fact: T) => T, fact: fc.Arbitrary<T>) =>
    fc.assert(
      fc.property(shuffled(fact), ([inOrder, other]) => {
        const end = (facts: readonly T[]) => facts.reduce<T | undefined>(advance, undefined);
        expect(end(other)).toEqual(end(inOrder));
      }),
      { numRuns: 300 },
    );

  it('about an invoice end the same in every order; paid stays paid', () => {
    const invoice = { subscriptionId: 'sub_1', id: 'in_1', currency: 'usd' };
    same<InvoiceFact>(
      advanceInvoice,
      fc
        .tuple(fc.constantFrom('paid' as const, 'payment_failed' as const), fc.nat(3), at)
        .map(([state, amountMinor, observedAt]) => ({ ...invoice, state, amountMinor, observedAt })),
    );
    const paid: InvoiceFact = { ...invoice, state: 'paid', amountMinor: 1, observedAt: 1 };
    expect(advanceInvoice(paid, { ...paid, state: 'payment_failed', observedAt: 9_000 })).toBe(paid);
  });

  it('about a refund end the same in every order', () => {
    const refund = { paymentId: 'pi_1', id: 're_1', kind: 'refund', currency: 'usd' } as const;
    same<RefundFact>(
      advanceRefund,
      fc
        .tuple(fc.constantFrom('pending', 'succeeded', 'failed', 'canceled'), fc.nat(3), at)
        .map(([status, amountMinor, observedAt]) => ({ ...refund, status, amountMinor, observedAt })),
    );
  });
});
