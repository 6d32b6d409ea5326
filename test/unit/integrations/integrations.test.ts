import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../src/core/errors.ts';
import type { Integration, IntegrationConfig } from '../../../src/integrations/integration.ts';
import type { IntegrationStore } from '../../../src/integrations/integration-store.ts';
import { Integrations } from '../../../src/integrations/integrations.ts';
import { stripe } from '../../../src/integrations/stripe/index.ts';
import { hooks } from './hooks-provider.ts';

const catalogue = new Map([stripe, hooks].map((provider) => [provider.service, provider]));
const SHOP = '/projects/shop';
const TEST_KEY = 'sk_test_51TestTestTestTest1234';
const LIVE_KEY = 'sk_live_51LiveLiveLiveLive5678';

class MapStore implements IntegrationStore {
  readonly rows: Integration[] = [];
  readonly brokenNames: string[] = [];

  async save(workspace: string, name: string, config: IntegrationConfig): Promise<Integration> {
    await this.remove(workspace, name);
    const row = { workspace, name, config, createdAt: 1, updatedAt: 1 };
    this.rows.push(row);
    return row;
  }

  async remove(workspace: string, name: string): Promise<boolean> {
    const index = this.rows.findIndex((row) => row.workspace === workspace && row.name === name);
    return index >= 0 && this.rows.splice(index, 1).length > 0;
  }

  async list(workspace: string, name?: string) {
    const asked = (row: { name: string }) => name === undefined || row.name === name;
    const broken = this.brokenNames.map((each) => ({ workspace, name: each, problems: ['mode: wrong'] }));
    const integrations = this.rows.filter((row) => row.workspace === workspace && asked(row));
    return { integrations, broken: broken.filter(asked) };
  }
}

function setUp(env: Record<string, string> = {}, allowLive = false) {
  const store = new MapStore();
  const secrets = { get: (name: string) => env[name] };
  return { store, integrations: new Integrations({ store, catalogue, secrets, allowLive }) };
}

const refusalOf = (call: Promise<unknown>): Promise<AppError> =>
  call.then(
    () => expect.fail('It was accepted.'),
    (thrown) => thrown,
  );

describe('configuring', () => {
  it('saves under the name of the service, or under the given one', async () => {
    const { integrations, store } = setUp();
    await integrations.configure(SHOP, 'stripe', undefined, {});
    await integrations.configure(SHOP, 'stripe', 'stripe-eu', { mode: 'live' });
    await integrations.configure(SHOP, 'stripe', undefined, { allow: [] });
    expect(store.rows.map(({ name, config }) => [name, config.mode, config.allow])).toEqual([
      ['stripe-eu', 'live', undefined],
      ['stripe', 'test', []],
    ]);
  });

  it('refuses an unknown service and names the known ones', async () => {
    const refusal = await refusalOf(setUp().integrations.configure(SHOP, 'paypal', undefined, {}));
    expect(refusal).toMatchObject({ code: 'invalid_input', hint: 'Known services: stripe, hooks.' });
  });

  it.each([
    '',
    'Stripe',
    'a b',
    '-a',
    'a-',
    'a/b',
    'ä',
    'x'.repeat(65),
    '../x',
    '__proto__',
  ])('refuses the name %j', async (name) => {
    const { integrations, store } = setUp();
    expect(await refusalOf(integrations.configure(SHOP, 'stripe', name, {}))).toMatchObject({ code: 'invalid_input' });
    expect(store.rows).toEqual([]);
  });

  it('does not turn an integration of one service into one of another, nor removes it as such', async () => {
    const { integrations, store } = setUp();
    await integrations.configure(SHOP, 'stripe', 'main', {});
    expect(await refusalOf(integrations.configure(SHOP, 'hooks', 'main', {}))).toMatchObject({ code: 'conflict' });
    expect(await refusalOf(integrations.remove(SHOP, 'hooks', 'main'))).toMatchObject({ code: 'conflict' });
    expect(store.rows).toHaveLength(1);
    expect(await integrations.remove(SHOP, 'stripe', 'main')).toBe(true);
    expect(await integrations.remove(SHOP, 'stripe', 'main')).toBe(false);
  });

  it('keeps workspaces apart', async () => {
    const { integrations } = setUp();
    await integrations.configure(SHOP, 'stripe', undefined, { mode: 'live' });
    const other = await integrations.configure('/projects/other', 'stripe', undefined, {});
    expect(other.integration.config.mode).toBe('test');
    await integrations.remove('/projects/other', 'stripe', undefined);
    expect((await integrations.list(SHOP)).reports).toHaveLength(1);
    expect(await refusalOf(integrations.get('/projects/other', 'stripe'))).toMatchObject({ code: 'not_found' });
  });
});

describe('what is reported', () => {
  it('is whether each variable is set, its fingerprint and mode, and never its value', async () => {
    const { integrations } = setUp({ STRIPE_SECRET_KEY: TEST_KEY });
    const report = await integrations.configure(SHOP, 'stripe', undefined, {});
    expect(report).toMatchObject({
      secrets: [
        { role: 'api_key', variable: 'STRIPE_SECRET_KEY', set: true, fingerprint: 'sk_test_…1234', mode: 'test' },
        { role: 'webhook', variable: 'STRIPE_WEBHOOK_SECRET', set: false, fingerprint: undefined, mode: undefined },
      ],
      missing: ['STRIPE_WEBHOOK_SECRET'],
      warnings: [],
    });
    expect(JSON.stringify(report.secrets)).not.toContain(TEST_KEY);
  });

  const warnings: readonly (readonly [string, string, 'test' | 'live', boolean, string[]])[] = [
    [
      'a live key in test mode',
      LIVE_KEY,
      'test',
      false,
      ['STRIPE_SECRET_KEY holds a live key, but the mode is test: every call is refused.'],
    ],
    ['a test key in live mode', TEST_KEY, 'live', true, ['STRIPE_SECRET_KEY holds a test key, but the mode is live.']],
    [
      'live mode without consent',
      LIVE_KEY,
      'live',
      false,
      ['Live mode is locked: every call is refused until a person sets BREAKWATER_ALLOW_LIVE=1 for the server.'],
    ],
    ['live mode with consent', LIVE_KEY, 'live', true, []],
    ['a line end', `${TEST_KEY}\n`, 'test', false, ['STRIPE_SECRET_KEY: the value has spaces or line ends around it.']],
    [
      'a publishable key',
      'pk_test_51TestTestTestTest1234',
      'test',
      false,
      ['STRIPE_SECRET_KEY: it is not a secret or restricted Stripe key (sk_…, rk_…).'],
    ],
    [
      'a fingerprint in the place of the key',
      'sk_test_…1234',
      'test',
      false,
      ['STRIPE_SECRET_KEY: it is not a secret or restricted Stripe key (sk_…, rk_…).'],
    ],
    [
      'a quoted key',
      `"${LIVE_KEY}"`,
      'test',
      false,
      ['STRIPE_SECRET_KEY: it is not a secret or restricted Stripe key (sk_…, rk_…).'],
    ],
  ];
  it.each(warnings)('warns about %s', async (_what, key, mode, allowLive, expected) => {
    const { integrations } = setUp({ STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: 'whsec_x' }, allowLive);
    expect((await integrations.configure(SHOP, 'stripe', undefined, { mode })).warnings).toEqual(expected);
  });
});

describe('finding the integration of a service', () => {
  it('takes the only one, whatever its name', async () => {
    const { integrations } = setUp();
    await integrations.configure(SHOP, 'stripe', 'shop', {});
    await integrations.configure(SHOP, 'hooks', undefined, {});
    expect((await integrations.resolve(SHOP, 'stripe', undefined)).integration.name).toBe('shop');
  });

  it('wants a name when there are several', async () => {
    const { integrations } = setUp();
    for (const name of ['stripe', 'stripe-eu']) await integrations.configure(SHOP, 'stripe', name, {});
    expect(await refusalOf(integrations.resolve(SHOP, 'stripe', undefined))).toMatchObject({
      code: 'invalid_input',
      hint: 'Set integration to one of: stripe, stripe-eu.',
    });
    expect((await integrations.resolve(SHOP, 'stripe', 'stripe-eu')).integration.name).toBe('stripe-eu');
  });

  it('says what to do when there is none', async () => {
    const { integrations } = setUp();
    await integrations.configure(SHOP, 'hooks', undefined, {});
    expect(await refusalOf(integrations.resolve(SHOP, 'stripe', undefined))).toMatchObject({
      code: 'not_configured',
      hint: expect.stringContaining('configure_integration({service: "stripe"})'),
    });
    expect(await refusalOf(integrations.resolve(SHOP, 'stripe', 'hooks'))).toMatchObject({ code: 'invalid_input' });
    expect(await refusalOf(integrations.resolve(SHOP, 'stripe', 'nope'))).toMatchObject({
      code: 'not_found',
      hint: 'Configured: hooks.',
    });
    expect(await refusalOf(setUp().integrations.get(SHOP, 'nope'))).toMatchObject({
      hint: 'Configure one with configure_integration.',
    });
  });
});

describe('rows that cannot be used', () => {
  const CONFIG: IntegrationConfig = {
    service: 'stripe',
    mode: 'test',
    secretEnvs: {},
    webhookSecretEnvs: [],
    settings: {},
    resilience: {},
  };

  it('disable themselves and no other', async () => {
    const { integrations, store } = setUp();
    await integrations.configure(SHOP, 'stripe', 'good', {});
    store.brokenNames.push('broken');
    await store.save(SHOP, 'unknown', { ...CONFIG, service: 'paypal' });
    await store.save(SHOP, 'elsewhere', { ...CONFIG, baseUrl: 'https://example.com' });
    const { reports, broken } = await integrations.list(SHOP);
    expect(reports.map(({ integration }) => integration.name)).toEqual(['good']);
    expect(broken).toEqual([
      { workspace: SHOP, name: 'broken', problems: ['mode: wrong'] },
      { workspace: SHOP, name: 'unknown', problems: ['service: "paypal" is not known'] },
      { workspace: SHOP, name: 'elsewhere', problems: ["base_url points to a host that is not Stripe's."] },
    ]);
    expect((await integrations.resolve(SHOP, 'stripe', undefined)).integration.name).toBe('good');
    for (const name of ['broken', 'unknown', 'elsewhere']) {
      expect(await refusalOf(integrations.get(SHOP, name))).toMatchObject({
        code: 'not_configured',
        details: { problems: [expect.any(String)] },
      });
    }
  });

  it('are named when the service has no other', async () => {
    const { integrations, store } = setUp();
    store.brokenNames.push('stripe');
    expect(await refusalOf(integrations.resolve(SHOP, 'stripe', undefined))).toMatchObject({
      code: 'not_configured',
      message: expect.stringContaining('"stripe" is not valid'),
    });
  });

  it('can be mended and removed', async () => {
    const { integrations, store } = setUp();
    await store.save(SHOP, 'stripe', { ...CONFIG, baseUrl: 'https://example.com' });
    await store.save(SHOP, 'old', { ...CONFIG, service: 'paypal' });
    await integrations.configure(SHOP, 'stripe', undefined, { baseUrl: 'https://api.stripe.com' });
    expect(await integrations.remove(SHOP, 'paypal', 'old')).toBe(true);
    expect(await integrations.list(SHOP)).toMatchObject({ reports: [{ integration: { name: 'stripe' } }], broken: [] });
  });
});

describe('two live integrations with one key', () => {
  const env = { STRIPE_SECRET_KEY: LIVE_KEY, STRIPE_COPY: LIVE_KEY, STRIPE_OTHER: `${LIVE_KEY}9` };
  const caps = { maxAmountMinor: 5_000 };
  const open = async () => {
    const asked: string[] = [];
    const consent = async (message: string) => void asked.push(message);
    const { integrations } = setUp(env, true);
    await integrations.configure(SHOP, 'stripe', undefined, { mode: 'live', caps });
    const twin = (input: object) =>
      integrations.configure(SHOP, 'stripe', 'stripe-2', { mode: 'live', ...input }, consent);
    return { integrations, asked, twin };
  };

  it('name each other, whatever the variable is called', async () => {
    const { integrations, twin } = await open();
    const report = await twin({ secretEnv: 'STRIPE_COPY', caps });
    expect(report.warnings).toEqual([expect.stringMatching(/^Uses the live key of "stripe" too\./)]);
    const { reports } = await integrations.list(SHOP);
    expect(reports.map(({ warnings }) => warnings.map((warning) => /"[^"]+"/.exec(warning)?.[0]))).toEqual([
      ['"stripe-2"'],
      ['"stripe"'],
    ]);
    expect((await integrations.list('/projects/blog')).reports).toEqual([]);
  });

  it.each([
    ['another key', { secretEnv: 'STRIPE_OTHER' }],
    ['test mode', { mode: 'test' }],
  ])('are none with %s', async (_what, input) => {
    const { asked, twin } = await open();
    expect((await twin(input)).warnings.join()).not.toContain('Uses the live key');
    expect(asked).toEqual([]);
  });

  it('do not lift the guards of each other without a person, who is asked once', async () => {
    const { asked, twin } = await open();
    await twin({});
    expect(asked).toEqual([
      'Configure "stripe-2" so that it may lift the cap max_amount of 5000 of "stripe", whose key it uses?',
    ]);
    await twin({ resilience: { timeout_ms: 900 } });
    expect(asked).toHaveLength(1);
  });

  it('do so neither by a change of the key', async () => {
    const { asked, twin } = await open();
    await twin({ secretEnv: 'STRIPE_OTHER' });
    expect(asked).toEqual([]);
    await twin({ secretEnv: 'STRIPE_COPY' });
    expect(asked).toHaveLength(1);
  });
});
