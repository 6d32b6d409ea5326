import { describe, expect, it } from 'vitest';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { beginRequest, planRequest } from '../../../src/integrations/begin-request.ts';
import type { Beginning, RequestLedger, RequestPlan, RequestRecord } from '../../../src/integrations/request-ledger.ts';
import { createPaymentIntent } from '../../../src/integrations/stripe/operations/payments.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';

const PLAN: RequestPlan = {
  workspace: '/projects/shop',
  integration: 'stripe',
  mode: 'test',
  operation: 'createPaymentIntent',
  reference: 'order-1',
  arguments: {},
  idempotencyKey: undefined,
  allowDuplicate: false,
  leaseMs: 35_000,
  limits: {},
};
const RECORD = { reference: 'order-1' } as RequestRecord;

/** Says `wait` so many times, then `replay`. */
function ledgerThatWaits(times: number): RequestLedger & { asked: number } {
  return {
    asked: 0,
    async begin(): Promise<Beginning> {
      this.asked += 1;
      return { kind: this.asked > times ? 'replay' : 'wait', record: RECORD };
    },
    gap: () => expect.fail('Nothing is looked at.'),
    peek: () => expect.fail('Nothing is looked at.'),
    end: () => expect.fail('Nothing has ended.'),
    findAbout: () => expect.fail('Nothing is looked up.'),
  };
}

const never = () => new AbortController().signal;

describe('a request that another call works on', () => {
  it('is waited for', async () => {
    const ledger = ledgerThatWaits(3);
    const begun = await beginRequest(ledger, PLAN, deadlineIn(60_000), never());
    expect([begun.kind, ledger.asked]).toEqual(['replay', 4]);
  });

  it('is not waited for longer than a call may take: a client that gave up never hears the answer', async () => {
    const ledger = ledgerThatWaits(Number.POSITIVE_INFINITY);
    const lefts = [20, 10, 0, -1];
    const deadline = { remainingMs: () => lefts.shift() ?? expect.fail('It waits on.') };
    await expect(beginRequest(ledger, PLAN, deadline, never())).rejects.toMatchObject({
      code: 'conflict',
      outcome: 'unknown',
      hint: expect.stringContaining('same reference'),
    });
    expect(ledger.asked).toBe(4);
  });

  it('is left at once by a caller that leaves, who learns that its outcome is open', async () => {
    const took: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const controller = new AbortController();
      const begun = beginRequest(ledgerThatWaits(1000), PLAN, deadlineIn(60_000), controller.signal);
      const settled = expect(begun).rejects.toMatchObject({ code: 'cancelled', outcome: 'unknown' });
      await new Promise((resolve) => setTimeout(resolve, 5));
      const leftAt = performance.now();
      controller.abort();
      await settled;
      took.push(performance.now() - leftAt);
    }
    expect(Math.max(...took)).toBeLessThan(AT_ONCE_MS);
  });
});

it('plans with everything that decides about the effect, and a lease beyond the deadline', () => {
  const integration = {
    workspace: '/projects/shop',
    name: 'stripe-eu',
    config: {
      service: 'stripe',
      mode: 'live' as const,
      secretEnvs: {},
      webhookSecretEnvs: [],
      settings: {},
      caps: { maxAmountMinor: 5, writesPerHour: 6 },
      resilience: { deadline_ms: 10_000 },
    },
    createdAt: 0,
    updatedAt: 0,
  };
  expect(
    planRequest(
      createPaymentIntent,
      { amount: 1 },
      { reference: 'r', idempotencyKey: 'k', allowDuplicate: true },
      integration,
      'api.stripe.com',
    ),
  ).toEqual({
    workspace: '/projects/shop',
    integration: 'stripe-eu',
    mode: 'live',
    operation: 'createPaymentIntent',
    reference: 'r',
    target: 'api.stripe.com',
    amountMinor: 1,
    arguments: { amount: 1 },
    idempotencyKey: 'k',
    allowDuplicate: true,
    leaseMs: 15_000,
    limits: { maxAmountMinor: 5, writesPerHour: 6 },
  });
});
