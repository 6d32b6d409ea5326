import { describe, expect, it } from 'vitest';
import { fail, succeed } from '../support/server-process.ts';
import { connectInMemory } from './in-memory-server.ts';

const ENV = {
  STRIPE_SECRET_KEY: `sk_test_${'a1B2'.repeat(6)}`,
  STRIPE_LIVE_KEY: `sk_live_${'a1B2'.repeat(6)}`,
  AWS_SECRET_ACCESS_KEY: 'x'.repeat(20),
};
const ELSEWHERE = { service: 'custom', name: 'acme', base_url: 'https://api.acme.example' };

function tokenOf(refused: Record<string, unknown>): string {
  expect(refused).toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
  return (refused['details'] as { confirm_token: string }).confirm_token;
}

describe("a key for a host of the user's own", () => {
  it('goes there only when a person agreed to that pair', async () => {
    const server = await connectInMemory({ env: ENV });
    const pair = { ...ELSEWHERE, secret_env: 'AWS_SECRET_ACCESS_KEY' };
    const refused = await fail(server, 'configure_integration', pair);
    expect(refused['message']).toContain('send the value of AWS_SECRET_ACCESS_KEY to api.acme.example (every call)');
    expect(await succeed(server, 'list_integrations', {})).toMatchObject({ integrations: [] });
    const confirm_token = tokenOf(refused);
    const other = { ...pair, base_url: 'https://attacker.example', confirm_token };
    expect(tokenOf(await fail(server, 'configure_integration', other))).toEqual(expect.any(String));
    await succeed(server, 'configure_integration', { ...pair, confirm_token });
    // What was agreed to is not asked again, another place is.
    await succeed(server, 'configure_integration', { ...pair, timeout_ms: 2_000 });
    await fail(server, 'configure_integration', { ...ELSEWHERE, base_url: 'https://attacker.example' });
  });

  it('is never the key of another provider', async () => {
    const server = await connectInMemory({ env: ENV });
    const refused = await fail(server, 'configure_integration', { ...ELSEWHERE, secret_env: 'STRIPE_SECRET_KEY' });
    expect(refused).toMatchObject({ code: 'not_allowed', message: expect.stringContaining('Stripe') });
    expect(refused).not.toHaveProperty('details.confirm_token');
  });

  it('needs no consent on this machine, or without a key', async () => {
    const server = await connectInMemory({ env: ENV });
    await succeed(server, 'configure_integration', {
      ...ELSEWHERE,
      base_url: 'http://127.0.0.1:9',
      secret_env: 'AWS_SECRET_ACCESS_KEY',
    });
    await succeed(server, 'configure_integration', { ...ELSEWHERE, name: 'keyless' });
  });
});

describe('guards of a live integration', () => {
  const live = { service: 'stripe', secret_env: 'STRIPE_LIVE_KEY', mode: 'live' };
  const guards = { caps: { max_amount: 5_000, per_hour: 10 }, allow: ['createPaymentIntent'] };

  it.each([
    ['a higher cap', { caps: { max_amount: 5_001 } }, 'lift the cap max_amount of 5000'],
    ['more calls', { caps: { per_hour: 11 } }, 'lift the cap per_hour of 10'],
    ['more operations', { allow: ['createPaymentIntent', 'createRefund'] }, 'allow more operations (createRefund)'],
    ['every operation', { allow: null }, 'allow more operations (every call)'],
    ['removal', { remove: true }, 'lift the cap'],
  ])('are loosened only when a person agreed: %s', async (_what, change, message) => {
    const server = await connectInMemory({ env: ENV, allowLive: true });
    await succeed(server, 'configure_integration', { ...live, ...guards });
    const refused = await fail(server, 'configure_integration', { service: 'stripe', ...change });
    expect(refused['message']).toContain(message);
    await succeed(server, 'configure_integration', { service: 'stripe', ...change, confirm_token: tokenOf(refused) });
  });

  it("are tightened without a word, and those of test mode are the agent's own", async () => {
    const server = await connectInMemory({ env: ENV, allowLive: true });
    await succeed(server, 'configure_integration', { ...live, ...guards });
    await succeed(server, 'configure_integration', { service: 'stripe', caps: { max_amount: 4_000 }, allow: [] });
    await succeed(server, 'configure_integration', { service: 'stripe', name: 'second', ...guards });
    await succeed(server, 'configure_integration', {
      service: 'stripe',
      name: 'second',
      caps: { max_amount: 9_000 },
      allow: null,
    });
  });
});
