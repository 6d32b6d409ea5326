import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectInMemory } from '../e2e/in-memory-server.ts';
import { FULL, PATIENCE_MS, runs } from '../support/full-counts.ts';
import { answer, startService } from '../support/loopback-service.ts';
import { configureSendGrid, startSendGrid } from '../support/sendgrid-service.ts';
import { succeed } from '../support/server-process.ts';
import { configureStripe, startStripe, TEST_KEY } from '../support/stripe-service.ts';
import { TOOL_NAMES } from '../support/tool-names.ts';
import type { Schema } from './arguments.ts';
import { argumentsOf, changesOf } from './arguments.ts';
import { expectValid } from './judge.ts';

const ENV = {
  STRIPE_SECRET_KEY: TEST_KEY,
  STRIPE_WEBHOOK_SECRET: 'whsec_fuzz0123456789abcdef',
  SENDGRID_API_KEY: `SG.${'f'.repeat(22)}.${'z'.repeat(43)}`,
};
const SECRETS = Object.values(ENV);
const RUNS = runs(500, 20);
/** The longest deadline of a call, and the time to answer. */
const HANG_MS = 46_000;

/** A server with something of everything, and the names under which it knows it. */
async function filledServer() {
  const stripe = await startStripe();
  const server = await connectInMemory({ env: ENV });
  await configureStripe(server, stripe, { timeout_ms: 500, deadline_ms: 1_000 });
  const { memory_id } = await succeed(server, 'store_memory', { content: 'A memory to be fuzzed' });
  const { payment_intent_id } = await succeed(server, 'create_payment_intent', {
    amount: 1050,
    currency: 'usd',
    reference: 'order-1',
    confirm: true,
    payment_method: 'pm_card_visa',
  });
  const unpaid = await succeed(server, 'create_payment_intent', { amount: 900, currency: 'usd', reference: 'order-2' });
  await configureSendGrid(server, await startSendGrid());
  const handler = await startService(answer(200));
  const known = {
    integration: ['stripe'],
    service: ['stripe', 'sendgrid', 'github', 'custom'],
    // Never an address outside of this machine.
    base_url: [stripe.url, 'http://127.0.0.1:9/'],
    to: [handler.url.href, 'http://127.0.0.1:9/hooks', ['ada@example.com']],
    state_url: ['http://127.0.0.1:9/state'],
    url: ['http://127.0.0.1:9/hooks'],
    provider: ['stripe', 'github', 'slack', 'twilio', 'sendgrid', 'standard-webhooks'],
    operation: ['listCustomers', 'createCustomer', 'listPaymentIntents'],
    path: ['/v1/customers', '/v1/payment_intents', '.', '/stripe'],
    secret_env: ['STRIPE_WEBHOOK_SECRET', 'STRIPE_SECRET_KEY', 'NOT_SET'],
    memory_id: [memory_id],
    from_memory_id: [memory_id],
    to_memory_id: [memory_id],
    supersedes: [memory_id],
    payment_intent_id: [payment_intent_id],
    currency: ['usd', 'jpy', 'xyz'],
    event_type: ['payment_intent.succeeded'],
    from: ['shop@example.com'],
    subject: ['Receipt'],
    text: ['Thank you'],
    examples: [['payment_intent.succeeded']],
    headers: [{ 'stripe-signature': 't=1,v1=00' }],
    body: ['{}', '{"id":"evt_1"}'],
    params: [{}, { email: 'ada@example.com' }],
    amount: [1, 1050],
    since: ['2026-01-01T00:00:00Z', 'P1D'],
    query: ['memory', 'fuzz*', '"'],
    port: [0],
  };
  const right: Readonly<Record<string, Record<string, unknown>>> = {
    update_payment_intent: { payment_intent_id: unpaid['payment_intent_id'], action: 'cancel' },
    refund_payment: { payment_intent_id, reference: 'return-1', amount: 1, allow_duplicate: true },
    call_api: { integration: 'stripe', operation: 'createCustomer', reference: 'ada', allow_duplicate: true },
    send_email: { from: 'shop@example.com', to: ['ada@example.com'], subject: 's', text: 't', reference: 'receipt-1' },
    replay_webhook: { provider: 'stripe', examples: ['payment_intent.succeeded'], to: handler.url.href },
    verify_webhook: { provider: 'stripe', headers: { 'stripe-signature': 't=1,v1=00' }, body: '{}' },
    update_memory: { memory_id, importance: 7 },
  };
  return { server, known, right };
}

describe('arguments of every kind', () => {
  it.each(TOOL_NAMES)(
    '%s: a valid result, in time, without a secret or a place of ours',
    async (name) => {
      const { server, known, right } = await filledServer();
      const { tools } = await server.client.listTools();
      const schema = tools.find((tool) => tool.name === name)?.inputSchema as Schema;
      const any = argumentsOf(schema, known);
      const args = right[name] === undefined ? any : fc.oneof(any, changesOf(right[name], any));
      let successes = 0;
      const property = fc.asyncProperty(args, async (given) => {
        const began = performance.now();
        const result = await server.call(name, given);
        expectValid(result, SECRETS);
        expect(performance.now() - began).toBeLessThan(HANG_MS);
        if (!result.isError) successes += 1;
      });
      await fc.assert(property, { numRuns: RUNS, endOnFailure: !FULL, interruptAfterTimeLimit: PATIENCE_MS });
      expect(server.warnings.filter((line) => SECRETS.some((secret) => line.includes(secret)))).toEqual([]);
      if (FULL) expect(successes).toBeGreaterThan(0);
      await succeed(server, 'list_integrations');
    },
    FULL ? 600_000 : 30_000,
  );
});
