import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fail, startServer, succeed, temporaryFolder } from '../support/server-process.ts';
import { configureStripe, LIVE_KEY, startStripe, TEST_KEY } from '../support/stripe-service.ts';

/** Values that must never be found outside the environment. The last has no known shape. */
const PLANTED = {
  STRIPE_SECRET_KEY: TEST_KEY,
  STRIPE_LIVE_KEY: LIVE_KEY,
  STRIPE_WEBHOOK_SECRET: 'whsec_plantedWebhookSecret0123456789abcdef',
  GITHUB_WEBHOOK_SECRET: 'correct-horse-battery-staple-4711',
};
const SECRETS = Object.values(PLANTED);

function filesIn(folder: string): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}

it('shows and keeps no secret, wherever it was planted', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe();
  const server = await startServer(folder, PLANTED);
  const said: string[] = [];
  const say = async (name: string, args: Record<string, unknown>) => {
    const result = await server.call(name, args);
    said.push(result.text);
    return result;
  };

  // Given as arguments: as name, inside settings, as key, inside other tools.
  for (const secret of SECRETS) {
    await say('configure_integration', { service: 'stripe', secret_env: secret });
    await say('configure_integration', { service: 'stripe', secret_envs: { api_key: secret } });
    await say('configure_integration', { service: 'stripe', webhook_secret_env: [secret] });
    await say('configure_integration', { service: 'stripe', settings: { account: secret } });
    await say('configure_integration', { service: secret, [secret]: secret });
    await say('configure_integration', { service: 'stripe', base_url: `https://user:${secret}@api.stripe.com` });
    await say('create_payment_intent', {
      amount: 1000,
      currency: 'usd',
      reference: secret,
      metadata: { [secret]: secret },
    });
    await say('control_breaker', { integration: 'stripe', action: 'open', reason: secret });
    await say('verify_webhook', { provider: secret, headers: {}, body: '' });
    await say('verify_webhook', { provider: 'stripe', headers: {}, body: '', secret_env: secret });
  }
  // Used: in requests that succeed, fail, are refused, and in previews.
  await configureStripe(server, stripe);
  await say('create_payment_intent', { amount: 1000, currency: 'usd', reference: 'a', dry_run: true });
  await say('create_payment_intent', { amount: 1000, currency: 'usd', reference: 'a' });
  stripe.script([
    {
      kind: 'status',
      status: 401,
      body: { error: { message: `Invalid API Key provided: ${TEST_KEY}`, code: TEST_KEY } },
    },
    { kind: 'reset_after_executing', times: 3 },
  ]);
  await say('create_payment_intent', { amount: 1001, currency: 'usd', reference: 'b' });
  await say('create_payment_intent', { amount: 1002, currency: 'usd', reference: 'c' });
  await say('list_integrations', {});
  await say('verify_webhook', {
    provider: 'stripe',
    headers: { 'stripe-signature': `t=1,v1=${'0'.repeat(64)}` },
    body: `{"secret":"${PLANTED.STRIPE_WEBHOOK_SECRET}"}`,
  });
  // Remembered: masked, and everything around them kept.
  for (const secret of SECRETS.slice(0, 3)) {
    const content = `the key is ${secret}, keep it`;
    await say('store_memory', { content, tags: [secret], category: secret, summary: secret });
  }
  await say('search_memories', { query: 'the key is', output_mode: 'full' });
  for (const { uri } of (await server.client.listResources()).resources) {
    said.push(JSON.stringify(await server.client.readResource({ uri })));
  }
  await server.stop();

  const spoken = [...said, ...server.transport.lines, server.transport.stderr].join('\n');
  const written = filesIn(folder).toString('latin1');
  expect(written).toContain('SQLite format 3');
  expect(server.transport.stderr).toContain('attempt');
  const found = SECRETS.filter((secret) => spoken.includes(secret) || written.includes(secret));
  expect(found).toEqual([]);
});

it('refuses a secret as argument and says what to do', async () => {
  const server = await startServer(temporaryFolder(), PLANTED);
  for (const secret_env of [TEST_KEY, PLANTED.STRIPE_WEBHOOK_SECRET]) {
    const refused = await fail(server, 'configure_integration', { service: 'stripe', secret_env });
    expect(refused).toMatchObject({ code: 'invalid_input', outcome: 'not_executed' });
    expect(refused['hint']).toMatch(/environment variable/);
  }
  expect((await succeed(server, 'list_integrations'))['integrations']).toEqual([]);
});

it('sends nothing with a live key unless both switches are on', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe();
  const server = await startServer(folder, PLANTED);
  const payment = { amount: 1000, currency: 'usd', reference: 'live' };
  await configureStripe(server, stripe, { secret_env: 'STRIPE_LIVE_KEY' });
  expect(await fail(server, 'create_payment_intent', payment)).toMatchObject({ code: 'not_allowed' });

  expect(
    await fail(server, 'configure_integration', { service: 'stripe', mode: 'live', secret_env: 'STRIPE_LIVE_KEY' }),
  ).toMatchObject({ code: 'not_allowed', message: expect.stringContaining('loopback') });
  await succeed(server, 'configure_integration', { service: 'stripe', remove: true });
  await succeed(server, 'configure_integration', { service: 'stripe', mode: 'live', secret_env: 'STRIPE_LIVE_KEY' });
  const locked = await fail(server, 'create_payment_intent', payment);
  expect(locked).toMatchObject({ code: 'not_allowed', hint: expect.stringContaining('BREAKWATER_ALLOW_LIVE') });
  const read = await fail(server, 'retrieve_payment_intent', { payment_intent_id: 'pi_123' });
  expect(read).toMatchObject({ code: 'not_allowed' });
  const writes = [
    ['update_payment_intent', { payment_intent_id: 'pi_123', action: 'confirm' }],
    ['update_payment_intent', { payment_intent_id: 'pi_123', action: 'cancel' }],
    ['refund_payment', { payment_intent_id: 'pi_123', reference: 'return-1' }],
    ['call_api', { integration: 'stripe', operation: 'createRefund', params: {}, reference: 'return-2' }],
    ['read_api', { integration: 'stripe', operation: 'retrieveBalance' }],
  ] as const;
  for (const [tool, args] of writes) {
    expect(await fail(server, tool, args), tool).toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
  }
  expect(stripe.requests).toHaveLength(0);

  const unlocked = await startServer(folder, { ...PLANTED, BREAKWATER_ALLOW_LIVE: '1' });
  const asked = await fail(unlocked, 'create_payment_intent', payment);
  expect(asked).toMatchObject({ code: 'not_allowed', details: { confirm_token: expect.any(String) } });
});
