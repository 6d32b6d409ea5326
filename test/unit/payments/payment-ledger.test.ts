import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Payment, PaymentObservation } from '../../../src/payments/payment-ledger.ts';
import { advance } from '../../../src/payments/payment-ledger.ts';

function seen(status: string, observedAt: number, more: Partial<PaymentObservation> = {}): PaymentObservation {
  return {
    workspace: '/projects/shop',
    id: 'pi_1',
    integration: 'stripe',
    mode: 'test',
    amountMinor: 1050,
    currency: 'usd',
    status,
    declineCode: undefined,
    reference: undefined,
    observedAt,
    ...more,
  };
}

function replay(...observations: readonly PaymentObservation[]): Payment {
  const payment = observations.reduce<Payment | undefined>(advance, undefined);
  if (payment === undefined) throw new Error('Nothing was observed.');
  return payment;
}

describe('a payment after its observations', () => {
  it('begins with the first one', () => {
    expect(replay(seen('processing', 7, { reference: 'order-1' }))).toEqual({
      workspace: '/projects/shop',
      id: 'pi_1',
      integration: 'stripe',
      mode: 'test',
      amountMinor: 1050,
      currency: 'usd',
      status: 'processing',
      reference: 'order-1',
      createdAt: 7,
      updatedAt: 7,
    });
  });

  const cases: readonly (readonly [string, PaymentObservation[], Partial<Payment>])[] = [
    [
      'a later one wins',
      [seen('processing', 1_000), seen('requires_action', 2_000)],
      { status: 'requires_action', updatedAt: 2_000 },
    ],
    [
      'an earlier one that comes late does not',
      [seen('requires_action', 2_000), seen('processing', 1_000)],
      { status: 'requires_action', updatedAt: 2_000 },
    ],
    [
      'of the same second, the step that comes later in the life of a payment wins',
      [seen('processing', 1_000), seen('requires_action', 1_400)],
      { status: 'processing', updatedAt: 1_000 },
    ],
    [
      'of the same second, a decline comes after what it declined',
      [seen('requires_payment_method', 1_000, { declineCode: 'expired_card' }), seen('processing', 1_000)],
      { status: 'requires_payment_method', declineCode: 'expired_card' },
    ],
    [
      'of the same second and step, the later one wins',
      [seen('processing', 1_100, { amountMinor: 900 }), seen('processing', 1_000)],
      { amountMinor: 900, updatedAt: 1_100 },
    ],
    ['nothing follows succeeded', [seen('succeeded', 1), seen('processing', 2)], { status: 'succeeded', updatedAt: 1 }],
    ['nothing follows canceled', [seen('canceled', 1), seen('requires_action', 2)], { status: 'canceled' }],
    [
      'succeeded wins also with an older time',
      [seen('processing', 2), seen('succeeded', 1)],
      { status: 'succeeded', updatedAt: 1 },
    ],
    [
      'canceled wins also with an older time',
      [seen('requires_capture', 2), seen('canceled', 1)],
      { status: 'canceled' },
    ],
    [
      'the first reference stays',
      [seen('processing', 1, { reference: 'a' }), seen('succeeded', 2)],
      { reference: 'a' },
    ],
    [
      'a reference is learnt late',
      [seen('succeeded', 2), seen('processing', 1, { reference: 'a' })],
      { reference: 'a', status: 'succeeded' },
    ],
    [
      'facts come with the status',
      [seen('processing', 1), seen('succeeded', 2, { amountMinor: 900 })],
      { amountMinor: 900 },
    ],
    ['created is the earliest', [seen('succeeded', 9), seen('processing', 3)], { createdAt: 3, updatedAt: 9 }],
  ];
  it.each(cases)('%s', (_what, observations, expected) => {
    expect(replay(...observations)).toMatchObject(expected);
  });

  const STATUSES = [
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
    'requires_capture',
  ];
  const history = fc
    .tuple(
      fc.uniqueArray(fc.tuple(fc.constantFrom(...STATUSES), fc.nat(1000)), { selector: ([, at]) => at, maxLength: 6 }),
      fc.option(fc.tuple(fc.constantFrom('succeeded', 'canceled'), fc.nat(1000))),
    )
    .map(([steps, end]) => (end === null ? steps : [...steps, end]).map(([status, at]) => seen(status, at)))
    .filter(({ length }) => length > 0);

  it('is the same in whatever order they arrive, and however often', () => {
    const shuffled = history.chain((observations) =>
      fc.tuple(
        fc.constant(observations),
        fc.shuffledSubarray([...observations, ...observations], { minLength: observations.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([observations, arrived]) => {
        expect(replay(...arrived)).toEqual(replay(...observations));
      }),
      { numRuns: 500 },
    );
  });

  it('never leaves a final status', () => {
    fc.assert(
      fc.property(fc.constantFrom('succeeded', 'canceled'), fc.nat(1000), history, (final, at, later) => {
        const others = later.filter(({ status }) => STATUSES.includes(status));
        expect(replay(seen(final, at), ...others)).toMatchObject({ status: final, updatedAt: at });
      }),
    );
  });
});
