import { describe, expect, it } from 'vitest';
import { fail, succeed } from '../support/server-process.ts';
import { configureStripe, intentsAt, startStripe, TEST_KEY } from '../support/stripe-service.ts';
import { connectInMemory } from './in-memory-server.ts';

const ENV = { STRIPE_SECRET_KEY: TEST_KEY, STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef' };
const PAYMENT = { amount: 1050, currency: 'usd', reference: 'order-1' };

async function connectToStripe(env: Record<string, string> = ENV) {
  const stripe = await startStripe();
  const server = await connectInMemory({ env });
  await configureStripe(server, stripe);
  return { ...server, stripe };
}

describe('create_payment_intent', () => {
  it('shows the exact request without the key and sends nothing on a dry run', async () => {
    const server = await connectToStripe();
    const shown = await succeed(server, 'create_payment_intent', { ...PAYMENT, currency: 'USD', dry_run: true });
    expect(shown).toMatchObject({
      status: 'dry_run',
      amount_display: '10.50 USD',
      attempts: 0,
      request: {
        method: 'POST',
        url: `${server.stripe.url}/v1/payment_intents`,
        headers: { authorization: 'Bearer [redacted]', 'stripe-version': '2026-10-28.endive' },
        body: 'amount=1050&currency=usd&automatic_payment_methods[enabled]=true&metadata[breakwater_reference]=order-1&metadata[breakwater_key]=bw-2251186afbc6e8c5773d25d47dc9363634358207',
      },
    });
    expect(JSON.stringify(shown)).not.toContain(TEST_KEY);
    expect(server.stripe.requests).toHaveLength(0);
    expect(await succeed(server, 'create_payment_intent', PAYMENT)).toMatchObject({ replayed: false });
  });

  it.each([
    ['half a surrogate pair', { description: '\ud83d' }],
    ['a line end', { description: 'a\r\nx-evil: 1' }],
    ['names of every object', { metadata: { constructor: 'a', toString: 'b' } }],
    ['signs that forms use', { metadata: { 'a&b=c': '&=+%' } }],
    ['a reference of signs', { reference: '/..\\?#&%00' }],
  ])('takes %s', async (_what, more) => {
    const server = await connectToStripe();
    const args = { ...PAYMENT, ...more };
    expect(await succeed(server, 'create_payment_intent', args)).toMatchObject({ replayed: false });
    expect(await succeed(server, 'create_payment_intent', args)).toMatchObject({ replayed: true });
    expect(await intentsAt(server.stripe)).toHaveLength(1);
  });

  it.each([
    ['a key with a line end', `${TEST_KEY}\n`],
    ['a publishable key', 'pk_test_51BreakwaterTestKey0000000000000000000001'],
    ['a fingerprint that was copied', 'sk_test_…0001'],
  ])('names the variable that holds %s and sends nothing', async (_what, key) => {
    const server = await connectToStripe({ ...ENV, STRIPE_SECRET_KEY: key });
    expect(await fail(server, 'create_payment_intent', PAYMENT)).toMatchObject({
      code: 'not_configured',
      outcome: 'not_executed',
      details: { variable: 'STRIPE_SECRET_KEY' },
    });
    expect(server.stripe.requests).toHaveLength(0);
    const { integrations } = await succeed(server, 'list_integrations');
    expect(integrations).toMatchObject([
      { health: 'incomplete', warnings: [expect.stringMatching(/^STRIPE_SECRET_KEY: /)] },
    ]);
  });
});

describe('configure_integration', () => {
  it('changes what is given, keeps the rest, and leaves a note for other agents', async () => {
    const server = await connectToStripe();
    const changed = await succeed(server, 'configure_integration', {
      service: 'stripe',
      allow: ['retrievePaymentIntent'],
    });
    expect(changed).toMatchObject({
      integration: {
        base_url: server.stripe.url,
        allow: ['retrievePaymentIntent'],
        resilience: { retry: { base_ms: 5, max_ms: 20 } },
      },
    });
    const note = await server.client.readResource({ uri: `memory://${changed['memory_id']}` });
    expect(JSON.stringify(note)).toContain('integration_configured');
  });

  it('removes an integration, under its own service only', async () => {
    const server = await connectToStripe();
    const remove = { name: 'stripe', remove: true };
    expect(await fail(server, 'configure_integration', { ...remove, service: 'github' })).toMatchObject({
      code: 'conflict',
    });
    expect(await succeed(server, 'configure_integration', { ...remove, service: 'stripe' })).toEqual({
      saved: false,
      removed: true,
    });
    expect(await succeed(server, 'configure_integration', { ...remove, service: 'stripe' })).toEqual({
      saved: false,
      removed: false,
    });
    expect(await succeed(server, 'list_integrations')).toMatchObject({ integrations: [] });
  });

  it.each([
    ['paddle', { secret_env: 'PADDLE_KEY' }],
    ['stripe', { secret_envs: { other: 'STRIPE_SECRET_KEY' } }],
    ['stripe', { secret_env: TEST_KEY }],
  ])('refuses what does not fit %s', async (service, args) => {
    const server = await connectInMemory({ env: ENV });
    expect(await fail(server, 'configure_integration', { service, ...args })).toMatchObject({ code: 'invalid_input' });
    expect(await succeed(server, 'list_integrations')).toMatchObject({ integrations: [] });
  });
});

describe('breakers', () => {
  it('are shown for all integrations, and once where two share a host', async () => {
    const server = await connectToStripe();
    await configureStripe(server, server.stripe, { name: 'stripe-eu' });
    const { breakers } = (await succeed(server, 'breaker_status')) as { breakers: { breaker: string }[] };
    const { host } = new URL(server.stripe.url);
    expect(breakers.map(({ breaker }) => breaker)).toEqual([`${host}/read`, `${host}/write`]);
  });

  it('held open make an integration fail at a glance, until they are reset', async () => {
    const server = await connectToStripe();
    const control = { integration: 'stripe', reason: 'maintenance' };
    const health = async () => (await succeed(server, 'list_integrations'))['integrations'];
    const opened = await succeed(server, 'control_breaker', {
      ...control,
      class: 'write',
      action: 'open',
      for_ms: 60_000,
    });
    expect(opened).toMatchObject({ breakers: [{ state: 'forced_open', retry_after_ms: expect.any(Number) }] });
    expect(await health()).toMatchObject([{ health: 'failing' }]);
    expect(await fail(server, 'create_payment_intent', PAYMENT)).toMatchObject({
      code: 'circuit_open',
      outcome: 'not_executed',
    });
    expect(await succeed(server, 'control_breaker', { ...control, action: 'reset' })).toMatchObject({
      breakers: [{ state: 'closed' }, { state: 'closed' }],
    });
    expect(await health()).toMatchObject([{ health: 'ok' }]);
    await succeed(server, 'create_payment_intent', PAYMENT);
    expect(server.stripe.requests).toHaveLength(1);
  });
});

it('lists what it can while the database is away, and says so in the log', async () => {
  const server = await connectInMemory({ databasePath: import.meta.dirname });
  const { resources } = await server.client.listResources();
  const uris = resources.map(({ uri }) => uri).filter((uri) => !uri.startsWith('guide://'));
  expect(uris).toEqual(['service://metrics', 'memory://recent']);
  expect(server.warnings.filter((line) => line.startsWith('resource not listed'))).toHaveLength(6);
});
