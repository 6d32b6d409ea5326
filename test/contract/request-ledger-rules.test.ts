import { describe, expect, it } from 'vitest';
import type { RequestPlan } from '../../src/integrations/request-ledger.ts';
import { begin, execute, HOUR_MS, kindOf, openLedgers, plan } from './request-ledgers.ts';

describe('caps', () => {
  const capped = (number: number, limits: RequestPlan['limits']) =>
    plan({ reference: `order-${number}`, arguments: { amount: number }, amountMinor: number, limits });

  it('refuse an amount above the limit and take the limit itself', async () => {
    const { ledger } = openLedgers();
    await begin(ledger, capped(5000, { maxAmountMinor: 5000 }));
    await expect(ledger.begin(capped(5001, { maxAmountMinor: 5000 }))).rejects.toMatchObject({ code: 'not_allowed' });
    expect(await kindOf(ledger.begin(capped(5001, {})))).toBe('send');
  });

  it('refuse what may move any amount, and nothing that moves none', async () => {
    const { ledger } = openLedgers();
    const limits = { maxAmountMinor: 5000 };
    const unknown = { ...plan({ reference: 'order-9', arguments: { id: 'pi_1' }, limits }), movesMoney: true };
    await expect(ledger.begin(unknown)).rejects.toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
    expect(await kindOf(ledger.begin({ ...unknown, limits: {} }))).toBe('send');
    expect(await kindOf(ledger.begin(plan({ reference: 'order-10', arguments: { name: 'x' }, limits })))).toBe('send');
  });

  it('hold for two adapters that race', async () => {
    const { ledger, other } = openLedgers();
    const limits = { writesPerHour: 7 };
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) => (index % 2 ? ledger : other).begin(capped(index + 1, limits))),
    );
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refusals).toHaveLength(23);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
  });

  it('are not used up by replays, by resuming and by what failed', async () => {
    const { ledger } = openLedgers();
    const limits = { writesPerHour: 2 };
    const failed = await begin(ledger, capped(1, limits));
    await ledger.end(failed, { state: 'failed', error: 'rejected', attempts: 1 });
    await execute(ledger, capped(2, limits));
    const unknown = await begin(ledger, capped(3, limits));
    for (let repeat = 0; repeat < 3; repeat += 1) {
      expect(await kindOf(ledger.begin(capped(2, limits)))).toBe('replay');
      await ledger.end(unknown, { state: 'unknown', attempts: 1 });
      Object.assign(unknown, await begin(ledger, capped(3, limits)));
    }
    await expect(ledger.begin(capped(4, limits))).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(ledger.begin(capped(1, limits))).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('say when the next write is possible, and mean it', async () => {
    const { ledger, clock } = openLedgers();
    const limits = { writesPerHour: 1 };
    await execute(ledger, capped(1, limits));
    clock.time += 600_000;
    await expect(ledger.begin(capped(2, limits))).rejects.toMatchObject({ retryAfterMs: HOUR_MS - 600_000 });
    clock.time += HOUR_MS - 600_000;
    expect(await kindOf(ledger.begin(capped(2, limits)))).toBe('send');
  });

  it('count each integration and workspace for itself', async () => {
    const { ledger } = openLedgers();
    const limits = { writesPerHour: 1 };
    for (const change of [{}, { integration: 'stripe-eu' }, { workspace: '/projects/other' }]) {
      expect(await kindOf(ledger.begin({ ...capped(1, limits), ...change }))).toBe('send');
    }
  });

  it('leave no row behind when they refuse', async () => {
    const { ledger } = openLedgers();
    const refused = capped(9, { maxAmountMinor: 1 });
    await expect(ledger.begin(refused)).rejects.toThrow();
    const { record } = await ledger.begin({ ...refused, limits: {} });
    expect(record.id).toBe(1);
  });
});

describe('equal arguments under another reference', () => {
  const twin = plan({ reference: 'order-2' });

  it('are refused for ten minutes, with the reference to repeat', async () => {
    const { ledger, clock } = openLedgers();
    await execute(ledger);
    clock.time += 10 * 60_000 - 1;
    await expect(ledger.begin(twin)).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('"order-1"'),
      details: { reference: 'order-1', state: 'executed', answer_id: 'pi_1' },
    });
    clock.time += 1;
    expect(await kindOf(ledger.begin(twin))).toBe('send');
  });

  it('are refused while the first one runs or is unknown', async () => {
    const { ledger } = openLedgers();
    const record = await begin(ledger);
    await expect(ledger.begin(twin)).rejects.toMatchObject({ details: { state: 'sent' } });
    await ledger.end(record, { state: 'unknown', attempts: 1 });
    await expect(ledger.begin(twin)).rejects.toMatchObject({ details: { state: 'unknown' } });
  });

  it('are taken when that is wanted, and after the first one failed', async () => {
    const { ledger } = openLedgers();
    const record = await begin(ledger);
    expect(await kindOf(ledger.begin({ ...twin, allowDuplicate: true }))).toBe('send');
    await ledger.end(record, { state: 'failed', error: 'rejected', attempts: 1 });
    const third = plan({ reference: 'order-3', arguments: { amount: 3 } });
    await ledger.end(await begin(ledger, third), { state: 'failed', error: 'rejected', attempts: 1 });
    expect(await kindOf(ledger.begin({ ...third, reference: 'order-4' }))).toBe('send');
  });

  it('are refused also when a failed request begins anew with them', async () => {
    const { ledger } = openLedgers();
    const failed = await begin(ledger, plan({ reference: 'order-2', arguments: { amount: 7 } }));
    await ledger.end(failed, { state: 'failed', error: 'rejected', attempts: 1 });
    await execute(ledger);
    await expect(ledger.begin(twin)).rejects.toMatchObject({ code: 'conflict', details: { reference: 'order-1' } });
  });
});
