import { describe, expect, it } from 'vitest';
import type { PaymentObservation } from '../../src/payments/payment-ledger.ts';
import { paymentMigrations } from '../../src/payments/payment-migrations.ts';
import { SqlitePaymentLedger } from '../../src/payments/sqlite-payment-ledger.ts';
import { databasePath, sqliteAt } from '../support/database.ts';

const SHOP = '/projects/shop';

function openLedger(path = databasePath()) {
  return { path, ledger: new SqlitePaymentLedger(sqliteAt(path, paymentMigrations)) };
}

function seen(status: string, observedAt: number, more: Partial<PaymentObservation> = {}): PaymentObservation {
  return {
    workspace: SHOP,
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

/** Every order of a list. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, index) => permutations(items.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}

describe('payment ledger', () => {
  it('knows nothing at first', async () => {
    expect(await openLedger().ledger.get(SHOP, 'pi_1')).toBeUndefined();
  });

  it('returns what it keeps, in another process too', async () => {
    const { ledger, path } = openLedger();
    await ledger.observe(seen('processing', 5, { reference: 'order-1' }));
    // Everything about the payment is seen anew, from the other integration of the same account.
    const kept = await ledger.observe(
      seen('succeeded', 9, { integration: 'stripe-eu', mode: 'live', amountMinor: 900, currency: 'eur' }),
    );
    expect(kept).toEqual({
      workspace: SHOP,
      id: 'pi_1',
      integration: 'stripe-eu',
      mode: 'live',
      amountMinor: 900,
      currency: 'eur',
      status: 'succeeded',
      reference: 'order-1',
      createdAt: 5,
      updatedAt: 9,
    });
    expect(await openLedger(path).ledger.get(SHOP, 'pi_1')).toEqual(kept);
  });

  it('keeps payments and workspaces apart', async () => {
    const { ledger } = openLedger();
    await ledger.observe(seen('succeeded', 1));
    await ledger.observe(seen('canceled', 1, { id: 'pi_2' }));
    await ledger.observe(seen('processing', 1, { workspace: '/projects/other' }));
    const statuses = [ledger.get(SHOP, 'pi_1'), ledger.get(SHOP, 'pi_2'), ledger.get('/projects/other', 'pi_1')];
    expect((await Promise.all(statuses)).map((payment) => payment?.status)).toEqual([
      'succeeded',
      'canceled',
      'processing',
    ]);
  });

  it.each(['succeeded', 'canceled'])('ends %s in every order of arrival, from two processes', async (final) => {
    const { ledger, path } = openLedger();
    const { ledger: other } = openLedger(path);
    const history = [
      seen('requires_confirmation', 1),
      seen('requires_action', 4, { reference: 'order-1' }),
      // Reported by a clock that is behind.
      seen(final, 3),
      seen('processing', 5),
    ];
    for (const [number, order] of permutations(history).entries()) {
      const id = `pi_${number}`;
      const sides = [ledger, other];
      for (const [step, observation] of order.entries()) await sides[step % 2]?.observe({ ...observation, id });
      expect(await ledger.get(SHOP, id)).toMatchObject({
        status: final,
        reference: 'order-1',
        createdAt: 1,
        updatedAt: 3,
      });
    }
  });

  it('loses none of many observations at once', async () => {
    const { ledger, path } = openLedger();
    const { ledger: other } = openLedger(path);
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? ledger : other).observe(seen('processing', index + 1, { amountMinor: index + 1 })),
      ),
    );
    expect(await ledger.get(SHOP, 'pi_1')).toMatchObject({ amountMinor: 40, createdAt: 1, updatedAt: 40 });
  });
});
