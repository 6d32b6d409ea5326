import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tools } from '../../src/tools/registry.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { fail, startServer, succeed, temporaryFolder } from '../support/server-process.ts';
import { configureStripe, intentsAt, startStripe, TEST_KEY } from '../support/stripe-service.ts';

const ENV = { STRIPE_SECRET_KEY: TEST_KEY };
const PAYMENT = { amount: 1050, currency: 'usd', reference: 'order-1' };

/** The state that bad input must leave alone. */
const integrationsOf = async (server: ServerProcess) => (await succeed(server, 'list_integrations'))['integrations'];

describe('arguments', () => {
  const cases: readonly [string, string, Record<string, unknown>, Record<string, unknown>][] = [
    [
      'an unknown argument',
      'breaker_status',
      { integration: 'stripe', zzz: 1 },
      { message: expect.stringContaining('zzz') },
    ],
    [
      'a wrong type',
      'create_payment_intent',
      { ...PAYMENT, amount: '10' },
      { message: expect.stringContaining('amount') },
    ],
    [
      'a fraction as amount',
      'create_payment_intent',
      { ...PAYMENT, amount: 10.5 },
      { message: expect.stringContaining('minor units') },
    ],
    [
      'a negative amount',
      'create_payment_intent',
      { ...PAYMENT, amount: -5 },
      { message: expect.stringContaining('amount') },
    ],
    [
      'a missing argument',
      'create_payment_intent',
      { amount: 5, currency: 'usd' },
      { message: expect.stringContaining('reference') },
    ],
    [
      'an unknown currency',
      'create_payment_intent',
      { ...PAYMENT, currency: 'usx' },
      { message: '"usx" is not a currency.' },
    ],
    [
      'confirm without a method',
      'create_payment_intent',
      { ...PAYMENT, confirm: true },
      { hint: expect.stringContaining('pm_card_visa') },
    ],
    [
      'an unknown integration',
      'breaker_status',
      { integration: 'paypal' },
      { code: 'not_found', hint: expect.stringContaining('stripe') },
    ],
    [
      'an unknown service',
      'configure_integration',
      { service: 'nope' },
      { hint: expect.stringContaining('stripe, sendgrid, github, slack') },
    ],
    [
      'a bad name',
      'configure_integration',
      { service: 'stripe', name: 'No Good' },
      { hint: expect.stringContaining('stripe-eu') },
    ],
    [
      'settings of another provider',
      'configure_integration',
      { service: 'stripe', settings: { region: 'eu' } },
      { details: expect.anything() },
    ],
    [
      'a foreign host',
      'configure_integration',
      { service: 'stripe', base_url: 'https://example.com' },
      { code: 'not_allowed' },
    ],
    [
      'plain http',
      'configure_integration',
      { service: 'stripe', base_url: 'http://api.stripe.com' },
      { code: 'not_allowed' },
    ],
    [
      'limits that contradict',
      'configure_integration',
      { service: 'stripe', timeout_ms: 9000, deadline_ms: 1000 },
      { message: expect.stringContaining('timeout_ms') },
    ],
    [
      'an unknown operation',
      'configure_integration',
      { service: 'stripe', allow: ['everything'] },
      { hint: expect.stringContaining('createPaymentIntent') },
    ],
    [
      'an unknown class',
      'control_breaker',
      { integration: 'stripe', class: 'x', action: 'open', reason: 'r' },
      { hint: expect.stringContaining('read, write') },
    ],
    [
      'an unknown provider',
      'verify_webhook',
      { provider: 'nope', headers: {}, body: '' },
      { hint: expect.stringContaining('stripe') },
    ],
    [
      'no body',
      'verify_webhook',
      { provider: 'stripe', headers: {} },
      { hint: expect.stringContaining('body_base64') },
    ],
    [
      'an unknown context type',
      'store_memory',
      { content: 'x', context_type: 'bogus' },
      { message: expect.stringContaining('context_type') },
    ],
    ['an empty memory', 'store_memory', { content: '' }, { message: expect.stringContaining('content') }],
    [
      'a limit out of range',
      'search_memories',
      { query: 'x', limit: 1000 },
      { message: expect.stringContaining('limit') },
    ],
  ];

  it('gives one clear error with a hint for each, changes nothing and goes on', async () => {
    const stripe = await startStripe();
    const server = await startServer(temporaryFolder(), ENV);
    await configureStripe(server, stripe);
    const before = await integrationsOf(server);
    for (const [what, tool, args, expected] of cases) {
      const error = await fail(server, tool, args);
      expect(error, what).toMatchObject({
        code: 'invalid_input',
        hint: expect.stringMatching(/\w{3}/),
        outcome: 'not_executed',
        ...expected,
      });
    }
    expect(await integrationsOf(server)).toEqual(before);
    expect(await intentsAt(stripe)).toEqual([]);
    await succeed(server, 'create_payment_intent', PAYMENT);
  });
});

describe('variables', () => {
  it.each([
    ['unset', {}],
    ['empty', { STRIPE_SECRET_KEY: '' }],
    ['a placeholder', { STRIPE_SECRET_KEY: ['$', '{STRIPE_SECRET_KEY}'].join('') }],
  ])('names the variable that is %s', async (_what, env: Record<string, string>) => {
    const stripe = await startStripe();
    const server = await startServer(temporaryFolder(), env);
    const saved = await configureStripe(server, stripe);
    expect(saved).toMatchObject({ integration: { missing: expect.arrayContaining(['STRIPE_SECRET_KEY']) } });
    const error = await fail(server, 'create_payment_intent', PAYMENT);
    expect(error).toMatchObject({ code: 'not_configured', details: { variable: 'STRIPE_SECRET_KEY' } });
    expect(stripe.requests).toHaveLength(0);
  });

  it('refuses to start with a setting that makes no sense, in one line', async () => {
    await expect(startServer(temporaryFolder(), { BREAKWATER_ALLOW_LIVE: 'maybe' })).rejects.toThrow();
  });
});

it('answers a webhook body that is not JSON with a verdict', async () => {
  const server = await startServer(temporaryFolder(), { GITHUB_WEBHOOK_SECRET: 'a-secret-of-github' });
  const args = { provider: 'github', headers: { 'X-Hub-Signature-256': 'sha256=00' }, body: '{"half":' };
  expect(await succeed(server, 'verify_webhook', args)).toMatchObject({ valid: false });
});

describe('the database', () => {
  const unusable: readonly [string, (folder: string) => string][] = [
    [
      'is not SQLite',
      (folder) => {
        const path = join(folder, 'notes.txt');
        writeFileSync(
          path,
          'These are my notes, and they are longer than the header of a database file would be. '.repeat(20),
        );
        return path;
      },
    ],
    [
      'is a folder',
      (folder) => {
        const path = join(folder, 'folder.db');
        mkdirSync(path);
        return path;
      },
    ],
    [
      'lies below a file',
      (folder) => {
        writeFileSync(join(folder, 'file'), 'x');
        return join(folder, 'file', 'breakwater.db');
      },
    ],
  ];

  it.each(unusable)('gives one clear error when it %s, and goes on', async (_what, prepare) => {
    const folder = temporaryFolder();
    const path = prepare(folder);
    const server = await startServer(folder, { ...ENV, BREAKWATER_DB: path });
    for (const [tool, args] of [
      ['store_memory', { content: 'x' }],
      ['list_integrations', {}],
      ['create_payment_intent', PAYMENT],
    ] as const) {
      const error = await fail(server, tool, args);
      expect(error, tool).toMatchObject({
        code: 'unavailable',
        hint: expect.stringContaining('BREAKWATER_DB'),
        outcome: 'not_executed',
      });
    }
    expect((await server.client.listTools()).tools).toHaveLength(tools.length);
  });

  it('is tried again at the next call, so that a repair needs no restart', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'below', 'breakwater.db');
    writeFileSync(join(folder, 'below'), 'in the way');
    const server = await startServer(folder, { BREAKWATER_DB: path });
    await fail(server, 'store_memory', { content: 'x' });
    const { rmSync } = await import('node:fs');
    rmSync(join(folder, 'below'));
    await succeed(server, 'store_memory', { content: 'x' });
  });
});
