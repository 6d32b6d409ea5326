import { describe, expect, it } from 'vitest';
import type { IntegrationConfig } from '../../src/integrations/integration.ts';
import { integrationMigrations, SqliteIntegrationStore } from '../../src/integrations/sqlite-integration-store.ts';
import { databasePath, sqliteAt } from '../support/database.ts';

const SHOP = '/projects/shop';
const MINIMAL: IntegrationConfig = {
  service: 'stripe',
  mode: 'test',
  secretEnvs: { api_key: 'STRIPE_SECRET_KEY' },
  webhookSecretEnvs: ['STRIPE_WEBHOOK_SECRET'],
  settings: {},
  resilience: {},
};
const FULL: IntegrationConfig = {
  ...MINIMAL,
  mode: 'live',
  webhookSecretEnvs: ['NEW_SECRET', 'OLD_SECRET'],
  settings: { account: 'acct_1', nested: { list: [1, 'ü', null] } },
  baseUrl: 'http://127.0.0.1:12111',
  allow: ['createPaymentIntent'],
  caps: { maxAmountMinor: 5000, writesPerHour: 10 },
  resilience: { timeout_ms: 500, retry: { max_attempts: 2 }, breaker: { break_ms: 100 } },
};

function openStore(path = databasePath()) {
  const sqlite = sqliteAt(path, integrationMigrations);
  const clock = { time: 1_000, now: () => clock.time };
  const store = new SqliteIntegrationStore(sqlite, clock);
  /** Puts text into the column past every check. */
  const plant = async (name: string, config: string) => {
    const connection = await sqlite.ledger();
    const row = [SHOP, name, config, 0, 0];
    await connection.write((sql) =>
      sql.run('INSERT INTO integration (workspace, name, config, created_at, updated_at) VALUES (?, ?, ?, ?, ?)', row),
    );
  };
  return { store, clock, path, plant };
}

describe('integration store', () => {
  it('knows the descriptions that any workspace uses, also for what is disabled', async () => {
    const { store, plant } = openStore();
    const openapi = { digest: 'd1', title: 'Shop', version: '1', operations: 3 };
    for (const workspace of [SHOP, '/projects/blog']) await store.save(workspace, 'shop', { ...MINIMAL, openapi });
    await store.save(SHOP, 'stripe', MINIMAL);
    await plant('newer', '{"openapi":{"digest":"d2"},"unheard_of":1}');
    await plant('broken', 'not JSON');
    expect((await store.descriptionsInUse()).sort()).toEqual(['d1', 'd2']);
  });

  it('lists only the one that is named, in order or broken', async () => {
    const { store, plant } = openStore();
    await store.save(SHOP, 'stripe', MINIMAL);
    const second = await store.save(SHOP, 'stripe-eu', MINIMAL);
    await plant('slack', 'not JSON');
    expect(await store.list(SHOP, 'stripe-eu')).toEqual({ integrations: [second], broken: [] });
    const broken = [{ workspace: SHOP, name: 'slack', problems: ['configuration: not JSON'] }];
    expect(await store.list(SHOP, 'slack')).toEqual({ integrations: [], broken });
    expect(await store.list(SHOP, 'none')).toEqual({ integrations: [], broken: [] });
  });

  it.each([
    ['the least', MINIMAL],
    ['everything', FULL],
  ])('gives back %s as it was saved, in another process too', async (_what, config) => {
    const { store, path } = openStore();
    const saved = await store.save(SHOP, 'stripe', config);
    expect(saved).toEqual({ workspace: SHOP, name: 'stripe', config, createdAt: 1000, updatedAt: 1000 });
    expect(await openStore(path).store.list(SHOP)).toEqual({ integrations: [saved], broken: [] });
  });

  it('replaces what has the same name and remembers when it was made', async () => {
    const { store, clock } = openStore();
    await store.save(SHOP, 'stripe', FULL);
    clock.time = 2_000;
    const saved = await store.save(SHOP, 'stripe', MINIMAL);
    expect(saved).toMatchObject({ config: MINIMAL, createdAt: 1000, updatedAt: 2000 });
    expect((await store.list(SHOP)).integrations).toEqual([saved]);
  });

  it('lists by name, each workspace for itself', async () => {
    const { store } = openStore();
    for (const name of ['b', 'a']) await store.save(SHOP, name, MINIMAL);
    await store.save('/projects/other', 'c', MINIMAL);
    const namesIn = async (workspace: string) => (await store.list(workspace)).integrations.map(({ name }) => name);
    expect(await namesIn(SHOP)).toEqual(['a', 'b']);
    expect(await namesIn('/projects/other')).toEqual(['c']);
    expect(await namesIn('/projects')).toEqual([]);
  });

  it('removes one and says whether there was one', async () => {
    const { store } = openStore();
    await store.save(SHOP, 'a', MINIMAL);
    await store.save(SHOP, 'b', MINIMAL);
    expect(await store.remove('/projects/other', 'a')).toBe(false);
    expect([await store.remove(SHOP, 'a'), await store.remove(SHOP, 'a')]).toEqual([true, false]);
    expect((await store.list(SHOP)).integrations).toMatchObject([{ name: 'b' }]);
  });

  it('keeps all that are saved at once', async () => {
    const { store, path } = openStore();
    const { store: other } = openStore(path);
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`).sort();
    await Promise.all(names.map((name, index) => (index % 2 ? store : other).save(SHOP, name, MINIMAL)));
    expect((await store.list(SHOP)).integrations.map(({ name }) => name)).toEqual(names);
  });

  const brokenRows: readonly (readonly [string, string, string])[] = [
    ['no JSON', '{"service":', 'configuration: not JSON'],
    ['no object', '[]', 'configuration: '],
    ['a missing field', JSON.stringify({ ...MINIMAL, mode: undefined }), 'mode: '],
    ['an unknown field', JSON.stringify({ ...MINIMAL, extra: 1 }), 'configuration: '],
    ['an unknown mode', JSON.stringify({ ...MINIMAL, mode: 'prod' }), 'mode: '],
    [
      'a secret in the place of a name',
      JSON.stringify({ ...MINIMAL, secretEnvs: { api_key: 'sk_test_0123456789' } }),
      'secretEnvs.api_key: ',
    ],
    ['no address', JSON.stringify({ ...MINIMAL, baseUrl: 'nowhere' }), 'baseUrl: '],
    ['a cap below zero', JSON.stringify({ ...MINIMAL, caps: { writesPerHour: -1 } }), 'caps.writesPerHour: '],
    [
      'a limit out of range',
      JSON.stringify({ ...MINIMAL, resilience: { timeout_ms: 1e9 } }),
      'resilience.timeout_ms: ',
    ],
  ];
  it.each(brokenRows)('reports a row with %s and nothing else', async (_what, config, problem) => {
    const { store, plant } = openStore();
    await store.save(SHOP, 'a', MINIMAL);
    await plant('m', config);
    await store.save(SHOP, 'z', FULL);
    const { integrations, broken } = await store.list(SHOP);
    expect(integrations.map(({ name }) => name)).toEqual(['a', 'z']);
    expect(broken).toEqual([{ workspace: SHOP, name: 'm', problems: [expect.stringContaining(problem)] }]);
    expect(JSON.stringify(broken)).not.toContain('sk_test_0123456789');
  });

  it('lets a broken row be replaced and removed', async () => {
    const { store, plant } = openStore();
    await plant('a', 'x');
    await plant('b', 'x');
    await store.save(SHOP, 'a', MINIMAL);
    expect(await store.remove(SHOP, 'b')).toBe(true);
    expect(await store.list(SHOP)).toMatchObject({ integrations: [{ name: 'a' }], broken: [] });
  });
});
