import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import type { ToolContext } from '../../../src/core/tool.ts';
import type { IntegrationClient } from '../../../src/integrations/integration-client.ts';
import type { Integrations } from '../../../src/integrations/integrations.ts';
import { stripe } from '../../../src/integrations/stripe/index.ts';
import type { PaymentIntent } from '../../../src/integrations/stripe/objects.ts';
import type { Payment, PaymentLedger, PaymentObservation } from '../../../src/payments/payment-ledger.ts';
import { advance } from '../../../src/payments/payment-ledger.ts';
import { PaymentService } from '../../../src/payments/payment-service.ts';
import type { RefundFact } from '../../../src/payments/refunds.ts';

const INTENT: PaymentIntent = {
  id: 'pi_1',
  status: 'processing',
  amount: 1050,
  currency: 'usd',
  created: 1_700_000_000,
  livemode: false,
};

class MapLedger implements PaymentLedger {
  readonly observations: PaymentObservation[] = [];
  payment: Payment | undefined;
  readonly facts: RefundFact[] = [];
  broken = false;

  async observe(observation: PaymentObservation): Promise<Payment> {
    if (this.broken) throw new Error('disk is full');
    this.observations.push(observation);
    this.payment = advance(this.payment, observation);
    return this.payment;
  }

  async get(): Promise<Payment | undefined> {
    return this.payment;
  }

  async list(): Promise<Payment[]> {
    return [];
  }

  async refunds(): Promise<RefundFact[]> {
    return this.facts;
  }

  async observeRefund(_workspace: string, fact: RefundFact): Promise<void> {
    this.facts.push(fact);
  }
}

function setUp(intent: PaymentIntent = INTENT, replayed = false) {
  const payments = new MapLedger();
  const calls: unknown[] = [];
  const answer = { data: intent, requestId: 'req_1', attempts: 1 };
  const client = {
    write: async (...args: unknown[]) => {
      calls.push(args);
      return { ...answer, idempotencyKey: 'k', replayed };
    },
    read: async (...args: unknown[]) => {
      calls.push(args);
      return answer;
    },
  } as unknown as IntegrationClient;
  const integration = { workspace: '/projects/shop', name: 'stripe-eu', config: { mode: 'test' } };
  const integrations = { resolve: async () => ({ provider: stripe, integration }) } as unknown as Integrations;
  const requests = {
    begin: () => expect.fail(),
    gap: () => expect.fail(),
    peek: () => expect.fail(),
    end: () => expect.fail(),
    findAbout: async () => [],
  };
  const events = { about: async () => [] };
  const clock = { now: () => 1_800_000_000_000 };
  const service = new PaymentService({ integrations, client, requests, payments, events, clock, log: silentLog });
  const context: ToolContext = {
    signal: new AbortController().signal,
    caller: { workspace: '/projects/shop', agent: 'test', sessionId: undefined },
    progress: () => {},
    confirm: async () => {},
  };
  const call = { integration: undefined, confirmToken: undefined, context };
  return { service, payments, calls, call };
}

const create = ({ service, call }: ReturnType<typeof setUp>, amount: number, currency: string) =>
  service.create({ amount, currency }, { reference: 'order-1' }, call);

describe('amounts', () => {
  it.each([
    [1050, 'usx', /not a currency/],
    [1050, 'USD', /not a currency/],
    [1055, 'kwd', /must end in 0/],
    [1, 'bhd', /must end in 0/],
  ])('%i %s is refused before anything is looked up', async (amount, currency, message) => {
    const setup = setUp();
    await expect(create(setup, amount, currency)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
    });
    await expect(setup.service.preview({ amount, currency }, { reference: 'r' }, setup.call)).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(setup.calls).toEqual([]);
  });

  it('below the usual minimum are sent with a warning', async () => {
    const setup = setUp();
    expect((await create(setup, 10, 'usd')).warnings).toEqual([
      "0.10 USD is below Stripe's usual minimum of 0.50 USD.",
    ]);
    expect((await create(setup, 1050, 'kwd')).warnings).toEqual([]);
    expect(setup.calls).toHaveLength(2);
  });
});

describe('the payment ledger', () => {
  it('sees what was created, with its reference', async () => {
    const setup = setUp();
    await create(setup, 1050, 'usd');
    expect(setup.payments.observations).toEqual([
      {
        workspace: '/projects/shop',
        id: 'pi_1',
        integration: 'stripe-eu',
        mode: 'test',
        amountMinor: 1050,
        currency: 'usd',
        status: 'processing',
        declineCode: undefined,
        reference: 'order-1',
        observedAt: 1_800_000_000_000,
      },
    ]);
  });

  it('does not take a replayed answer for news', async () => {
    const setup = setUp(INTENT, true);
    await create(setup, 1050, 'usd');
    expect(setup.payments.observations).toMatchObject([{ observedAt: 1_700_000_000_000 }]);
  });

  it('that cannot be written keeps no answer from the caller', async () => {
    const setup = setUp();
    setup.payments.broken = true;
    expect(await create(setup, 1050, 'usd')).toMatchObject({ data: { id: 'pi_1' } });
    expect(await setup.service.retrieve('pi_1', setup.call)).toMatchObject({ intent: INTENT, payment: undefined });
  });
});

describe('both views of a payment', () => {
  it('agree on what is known, or there is nothing to compare', async () => {
    const setup = setUp();
    expect(await setup.service.retrieve('pi_1', setup.call)).toMatchObject({
      disagreements: [],
      payment: { status: 'processing' },
    });
    expect(await setup.service.retrieve('pi_1', setup.call)).toMatchObject({ disagreements: [] });
  });

  it('show each fact on which they differ, and the ledger learns it', async () => {
    const setup = setUp({ ...INTENT, status: 'succeeded', amount: 900, currency: 'eur' });
    await setup.payments.observe({
      workspace: '/projects/shop',
      id: 'pi_1',
      integration: 'stripe-eu',
      mode: 'test',
      amountMinor: 1050,
      currency: 'usd',
      status: 'processing',
      declineCode: undefined,
      reference: 'order-1',
      observedAt: 5,
    });
    expect(await setup.service.retrieve('pi_1', setup.call)).toMatchObject({
      disagreements: [
        'amount: Stripe says 900, our ledger last saw 1050',
        'currency: Stripe says eur, our ledger last saw usd',
        'status: Stripe says succeeded, our ledger last saw processing',
      ],
      payment: { status: 'succeeded', amountMinor: 900, reference: 'order-1' },
    });
  });
});
