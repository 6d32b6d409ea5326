import { expect, it } from 'vitest';
import type { RequestLedger, RequestPlan, RequestRecord } from '../../../src/integrations/request-ledger.ts';
import type { CallContext } from '../../../src/integrations/sender.ts';
import { stripe } from '../../../src/integrations/stripe/index.ts';
import { WriteConsent } from '../../../src/integrations/write-consent.ts';

const GAP = { backupMadeAt: 1_790_000_000_000, restoredAt: 1_790_000_600_000 };
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

/** A ledger after a restoration or without one, in which the request has the given state. */
function ledgerWith(state: RequestRecord['state'] | undefined, isRestored: boolean): RequestLedger {
  const record = state && ({ reference: 'order-1', state } as RequestRecord);
  const isOpen = state === undefined || state === 'failed';
  const gapFor = ({ knownRestoration }: RequestPlan) =>
    isRestored && knownRestoration !== GAP.restoredAt ? GAP : undefined;
  return {
    gap: async (plan) => gapFor(plan),
    peek: async (plan) => ({ record, idempotencyKey: 'key', gap: isOpen ? gapFor(plan) : undefined }),
    begin: () => expect.fail('Nothing begins.'),
    end: () => expect.fail('Nothing has ended.'),
    findAbout: () => expect.fail('Nothing is looked up.'),
  };
}

/** What was asked of the person, for two writes of one process. */
async function asked(mode: 'test' | 'live', state: RequestRecord['state'] | undefined, isRestored: boolean) {
  const questions: string[] = [];
  const confirm = async (question: string) => void questions.push(question);
  const context = { provider: stripe, confirm } as unknown as CallContext;
  const consent = new WriteConsent(ledgerWith(state, isRestored));
  for (let write = 0; write < 2; write += 1) {
    const plan = await consent.ask({ ...PLAN, mode }, { reference: 'order-1' }, context);
    expect(plan).toMatchObject({ ...PLAN, mode });
  }
  return questions;
}

const WARNING = /The database was damaged and has been restored/;

it.each([
  ['test', undefined, false],
  ['test', 'unknown', false],
  // What has begun goes on under its own key: nobody could execute it twice.
  ['test', 'sent', true],
  ['test', 'unknown', true],
  ['test', 'executed', true],
  ['live', 'executed', false],
  ['live', 'executed', true],
] as const)('asks nobody in %s mode about a request that is %s (restored: %s)', async (mode, state, isRestored) => {
  expect(await asked(mode, state, isRestored)).toEqual([]);
});

it.each([
  [undefined],
  ['failed'],
] as const)('asks once in test mode whether a request (%s) may have been executed in a time that is lost', async (state) => {
  expect(await asked('test', state, true)).toEqual([expect.stringMatching(WARNING)]);
});

it('asks before each live write, after a restoration with a warning first', async () => {
  const plain = expect.stringMatching(/^createPaymentIntent at Stripe in LIVE mode, reference "order-1"/);
  expect(await asked('live', undefined, false)).toEqual([plain, plain]);
  expect(await asked('live', 'unknown', true)).toEqual([plain, plain]);
  expect(await asked('live', undefined, true)).toEqual([expect.stringMatching(WARNING), plain]);
});
