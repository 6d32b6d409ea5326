import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Log } from '../../../src/core/log.ts';
import type { RequestRecord } from '../../../src/integrations/request-ledger.ts';
import { createPaymentIntent, retrievePaymentIntent } from '../../../src/integrations/stripe/operations/payments.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import { startStripe, TEST_KEY } from '../../support/stripe-service.ts';
import { openClient } from './call-setup.ts';
import { serve } from './loopback-server.ts';

const INPUT = { amount: 1050, currency: 'usd' };
const ORDER = { reference: 'order-1' };

/** Lets the monotonic clock run ahead until the test ends. */
function passTime(ms: number): void {
  const now = performance.now.bind(performance);
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
  onTestFinished(() => spy.mockRestore());
}

describe('a declined card', () => {
  const cards = [
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
  ] as const;
  it.each(cards)('%s is an answer that is kept', async (payment_method, code, declineCode) => {
    const stripe = await startStripe();
    const { client, context } = openClient({ baseUrl: stripe.url });
    const input = {
      ...INPUT,
      payment_method,
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' as const },
    };
    const write = () => client.write(createPaymentIntent, input, ORDER, context());
    const declined = await write();
    expect(declined).toMatchObject({
      replayed: false,
      data: { status: 'requires_payment_method', last_payment_error: { code } },
    });
    if (declineCode !== undefined) expect(declined.data.last_payment_error?.decline_code).toBe(declineCode);
    expect(await write()).toEqual({ ...declined, replayed: true, attempts: 0 });
    expect(stripe.requests).toHaveLength(1);
  });
});

describe('what is allowed', () => {
  it('is only what the list names; the rest is neither sent nor begun', async () => {
    const stripe = await startStripe();
    const { client, context, integration } = openClient({ baseUrl: stripe.url, allow: ['retrievePaymentIntent'] });
    await expect(client.write(createPaymentIntent, INPUT, ORDER, context())).rejects.toMatchObject({
      code: 'not_allowed',
      outcome: 'not_executed',
      details: { allowed: ['retrievePaymentIntent'] },
    });
    await expect(client.read(retrievePaymentIntent, { id: 'pi_1' }, context())).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(stripe.requests.map(({ method }) => method)).toEqual(['GET']);
    const open = { ...integration, config: { ...integration.config, allow: ['createPaymentIntent'] } };
    expect(await client.write(createPaymentIntent, INPUT, ORDER, context({ integration: open }))).toMatchObject({
      replayed: false,
    });
    await expect(
      client.read(retrievePaymentIntent, { id: 'pi_1' }, context({ integration: open })),
    ).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('is nothing while the variable is not set', async () => {
    const stripe = await startStripe();
    const { client, context } = openClient({ baseUrl: stripe.url, secretEnvs: { api_key: 'NOT_SET' } });
    await expect(client.write(createPaymentIntent, INPUT, ORDER, context())).rejects.toMatchObject({
      code: 'not_configured',
      details: { variable: 'NOT_SET' },
    });
    expect(stripe.requests).toHaveLength(0);
  });

  it('is no input of another kind than the operation knows: the field is named and nothing sent', async () => {
    const stripe = await startStripe();
    const { client, context } = openClient({ baseUrl: stripe.url });
    const input = { ...INPUT, metadata: { order: 'x'.repeat(501) } };
    await expect(client.write(createPaymentIntent, input, ORDER, context())).rejects.toMatchObject({
      code: 'invalid_input',
      outcome: 'not_executed',
      details: { issues: [{ field: 'metadata.order' }] },
    });
    expect(stripe.requests).toHaveLength(0);
  });
});

describe('while a call runs', () => {
  it('pays from its own time for waiting until another call with its reference has ended', async () => {
    const { url } = await serve(() => {});
    let asked = 0;
    const opened = openClient(
      { baseUrl: url.origin },
      {
        wrapLedger: (ledger) => ({
          begin(plan) {
            asked += 1;
            if (asked > 1) return ledger.begin(plan);
            passTime(44_750);
            return Promise.resolve({ kind: 'wait', record: {} as RequestRecord });
          },
          gap: (plan) => ledger.gap(plan),
          peek: (plan) => ledger.peek(plan),
          end: (record, end) => ledger.end(record, end),
          findAbout: (workspace, id) => ledger.findAbout(workspace, id),
        }),
      },
    );
    const startedAt = Date.now();
    await expect(opened.client.write(createPaymentIntent, INPUT, ORDER, opened.context())).rejects.toMatchObject({
      outcome: 'unknown',
      details: { reason: 'timeout' },
    });
    expect(Date.now() - startedAt).toBeLessThan(AT_ONCE_MS);
  });

  it('tells about each pause', async () => {
    const stripe = await startStripe();
    stripe.script([{ kind: 'status', status: 500, times: 2 }]);
    const { client, context } = openClient({ baseUrl: stripe.url });
    const told: string[] = [];
    await client.write(createPaymentIntent, INPUT, ORDER, context({ progress: (message) => told.push(message) }));
    expect(told).toEqual([
      expect.stringMatching(/^attempt 2 of 3, waiting \d+ ms$/),
      expect.stringMatching(/^attempt 3 of 3, waiting \d+ ms$/),
    ]);
  });

  it('logs attempts without the key, the arguments and the answer', async () => {
    const lines: string[] = [];
    const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const stripe = await startStripe();
    stripe.script([{ kind: 'status', status: 500 }]);
    const log: Log = { debug: write, info: write, warn: write, error: write };
    const { client, context } = openClient({ baseUrl: stripe.url }, { log });
    const input = { ...INPUT, description: 'for-a-person' };
    const { data } = await client.write(createPaymentIntent, input, ORDER, context());
    const attempts = lines.filter((line) => line.startsWith('attempt'));
    expect(attempts).toEqual([
      expect.stringContaining('"attempt":1,'),
      expect.stringMatching(
        /"operation":"createPaymentIntent","method":"POST","url":"http:[^?"]+","attempt":2,"ms":\d+,"status":200,"request_id":"req_/,
      ),
    ]);
    for (const hidden of [TEST_KEY, 'for-a-person', data.client_secret ?? ''])
      expect(lines.join()).not.toContain(hidden);
  });
});
