import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { IntegrationInput } from '../../../src/integrations/configuration.ts';
import { buildConfig, configProblem } from '../../../src/integrations/configuration.ts';
import type { IntegrationConfig } from '../../../src/integrations/integration.ts';
import { loadedStripe as stripe } from '../../support/loaded-stripe.ts';
import { hooks } from './hooks-provider.ts';

function refusalOf(input: IntegrationInput, of = stripe, saved?: IntegrationConfig): AppError {
  try {
    buildConfig(of, saved, input);
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error('It was accepted.');
}

const SAVED: IntegrationConfig = {
  service: 'stripe',
  mode: 'test',
  secretEnvs: { api_key: 'MY_KEY' },
  webhookSecretEnvs: ['MY_WEBHOOK_SECRET'],
  settings: { account: 'acct_1', api_version: '2026-10-28.endive' },
  baseUrl: 'http://127.0.0.1:12111',
  allow: ['createPaymentIntent'],
  caps: { maxAmountMinor: 5000, writesPerHour: 10 },
  resilience: { timeout_ms: 500, retry: { max_attempts: 2, base_ms: 5 } },
};

describe('a new configuration', () => {
  it('has the defaults of its provider', () => {
    expect(buildConfig(stripe, undefined, {})).toEqual({
      service: 'stripe',
      mode: 'test',
      secretEnvs: { api_key: 'STRIPE_SECRET_KEY' },
      webhookSecretEnvs: ['STRIPE_WEBHOOK_SECRET'],
      settings: {},
      resilience: {},
    });
    expect(buildConfig(hooks, undefined, {})).toMatchObject({
      secretEnvs: {},
      webhookSecretEnvs: ['HOOKS_SECRET'],
    });
  });

  it('takes everything that is given', () => {
    const { service: _service, ...input } = SAVED;
    expect(buildConfig(stripe, undefined, input)).toEqual(SAVED);
  });
});

describe('null', () => {
  it.each<[string, IntegrationInput, (config: IntegrationConfig) => unknown]>([
    ['the address', { baseUrl: null }, ({ baseUrl }) => baseUrl],
    ['the allowed operations', { allow: null }, ({ allow }) => allow],
    ['a rate limit', { resilience: { rate_limit: null } }, ({ resilience }) => resilience.rate_limit],
    ['a setting', { settings: { account: null } }, ({ settings }) => settings['account']],
  ])('takes away %s and nothing else', (_what, input, read) => {
    const saved: IntegrationConfig = {
      ...SAVED,
      resilience: { ...SAVED.resilience, rate_limit: { permits: 1, per_ms: 1000 } },
    };
    const changed = buildConfig(stripe, saved, input);
    expect(read(saved)).toBeDefined();
    expect(read(changed)).toBeUndefined();
    const fields = (config: IntegrationConfig) => JSON.stringify(config).length;
    expect(buildConfig(stripe, changed, {})).toEqual(changed);
    expect(fields(saved) - fields(changed)).toBeLessThan(60);
  });
});

describe('a configuration that is changed', () => {
  it('keeps what nobody mentions', () => {
    expect(buildConfig(stripe, SAVED, {})).toEqual(SAVED);
  });

  const changes: readonly (readonly [string, IntegrationInput, Partial<IntegrationConfig>])[] = [
    ['a secret', { secretEnvs: { api_key: 'OTHER_KEY' } }, { secretEnvs: { api_key: 'OTHER_KEY' } }],
    ['webhook secrets as a whole', { webhookSecretEnvs: ['A', 'B'] }, { webhookSecretEnvs: ['A', 'B'] }],
    [
      'one setting',
      { settings: { account: 'acct_2' } },
      { settings: { account: 'acct_2', api_version: '2026-10-28.endive' } },
    ],
    ['the address', { baseUrl: 'https://api.stripe.com' }, { baseUrl: 'https://api.stripe.com' }],
    ['the allow list as a whole', { allow: [] }, { allow: [] }],
    ['one cap', { caps: { writesPerHour: 3 } }, { caps: { ...SAVED.caps, writesPerHour: 3 } }],
    [
      'one limit',
      { resilience: { retry: { max_attempts: 1 } } },
      { resilience: { ...SAVED.resilience, retry: { ...SAVED.resilience.retry, max_attempts: 1 } } },
    ],
    [
      'the mode',
      { mode: 'live', baseUrl: 'https://api.stripe.com' },
      { mode: 'live', baseUrl: 'https://api.stripe.com' },
    ],
  ];
  it.each(changes)('changes %s and nothing else', (_what, input, expected) => {
    expect(buildConfig(stripe, SAVED, input)).toEqual({ ...SAVED, ...expected });
  });

  it('does not touch the saved one', () => {
    const saved = structuredClone(SAVED);
    buildConfig(stripe, saved, { settings: { account: 'acct_2' }, allow: [], caps: {} });
    expect(saved).toEqual(SAVED);
  });
});

describe('what is refused', () => {
  const SECRET = 'sk_test_0123456789abcdef';
  const refusals: readonly (readonly [string, IntegrationInput, string, RegExp])[] = [
    ['a secret in the place of a name', { secretEnvs: { api_key: SECRET } }, 'invalid_input', /environment variable/],
    [
      'random text in the place of a name',
      { webhookSecretEnvs: ['a1b2c3d4e5f6a7b8c9d0e1f2'] },
      'invalid_input',
      /environment variable/,
    ],
    ['an empty name', { secretEnvs: { api_key: '' } }, 'invalid_input', /environment variable/],
    ['a name with spaces', { webhookSecretEnvs: ['MY KEY'] }, 'invalid_input', /environment variable/],
    ['an unknown secret', { secretEnvs: { password: 'MY_KEY' } }, 'invalid_input', /no secret called password/],
    ['an unknown setting', { settings: { region: 'eu' } }, 'invalid_input', /settings do not fit/],
    ['a setting of the wrong shape', { settings: { account: 'cus_1' } }, 'invalid_input', /settings do not fit/],
    [
      'a setting that would end a header',
      { settings: { api_version: '2026-10-28\r\nx: y' } },
      'invalid_input',
      /settings do not fit/,
    ],
    ['no address', { baseUrl: 'stripe' }, 'invalid_input', /not a URL/],
    ['an empty address', { baseUrl: '' }, 'invalid_input', /not a URL/],
    ['a foreign host', { baseUrl: 'https://api.stripe.com.example.com' }, 'not_allowed', /not Stripe's/],
    ['another port of the same host', { baseUrl: 'https://api.stripe.com:8443' }, 'not_allowed', /not Stripe's/],
    ['the host with a dot', { baseUrl: 'https://api.stripe.com.' }, 'not_allowed', /not Stripe's/],
    ['plain http', { baseUrl: 'http://api.stripe.com' }, 'not_allowed', /only https/],
    ['credentials', { baseUrl: `https://user:${SECRET}@api.stripe.com` }, 'not_allowed', /credentials/],
    ['a private address', { baseUrl: 'https://169.254.169.254' }, 'not_allowed', /private network/],
    ['loopback in live mode', { mode: 'live', baseUrl: 'http://127.0.0.1' }, 'not_allowed', /loopback/],
    [
      'an unknown operation',
      { allow: ['createPaymentIntent', 'deleteEverything'] },
      'invalid_input',
      /deleteEverything/,
    ],
    [
      'an attempt longer than the call',
      { resilience: { timeout_ms: 2000, deadline_ms: 1000 } },
      'invalid_input',
      /timeout_ms \(2000\)/,
    ],
    ['a first pause above the last', { resilience: { retry: { base_ms: 10, max_ms: 5 } } }, 'invalid_input', /base_ms/],
    [
      'a first break above the last',
      { resilience: { breaker: { break_ms: 500, max_break_ms: 100 } } },
      'invalid_input',
      /break_ms/,
    ],
  ];
  it.each(refusals)('%s', (_what, input, code, message) => {
    const refusal = refusalOf(input);
    expect(refusal).toMatchObject({ code, message: expect.stringMatching(message), outcome: 'not_executed' });
    expect(refusal.hint).toMatch(/\w{3}/);
    expect(JSON.stringify([refusal.message, refusal.hint, refusal.details])).not.toMatch(/0123456789abcdef|a1b2c3d4/);
  });

  it.each([
    ['an address on loopback that stays when live mode comes', { mode: 'live' }, /loopback/],
    ['a limit that does not fit a saved one', { resilience: { deadline_ms: 400 } }, /timeout_ms \(500\)/],
  ] as const)('%s', (_what, input, message) => {
    expect(refusalOf(input, stripe, SAVED).message).toMatch(message);
  });

  it.each([
    ['an API secret', { secretEnvs: { api_key: 'X' } }, /webhook_secret_env/],
    ['a setting', { settings: { a: 1 } }, /none/],
    ['an operation', { allow: ['x'] }, /none/],
  ] as const)('%s for a provider that only sends webhooks', (_what, input, hint) => {
    expect(refusalOf(input, hooks)).toMatchObject({ code: 'invalid_input', hint: expect.stringMatching(hint) });
  });
});

describe('a saved configuration', () => {
  it('has no problem when its provider would take it', () => {
    expect(configProblem(stripe, SAVED)).toBeUndefined();
  });

  it.each([
    ['sends the key elsewhere', { baseUrl: 'https://example.com' }, /not Stripe's/],
    ['points into the network', { baseUrl: 'https://10.0.0.1' }, /private network/],
    ['allows what is not there', { allow: ['gone'] }, /gone/],
    ['has a setting of the wrong shape', { settings: { account: 5 } }, /settings/],
    ['contradicts itself', { resilience: { timeout_ms: 900, deadline_ms: 100 } }, /timeout_ms/],
  ] as const)('has one when it %s', (_what, change, problem) => {
    expect(configProblem(stripe, { ...SAVED, ...change } as IntegrationConfig)).toMatch(problem);
  });
});
