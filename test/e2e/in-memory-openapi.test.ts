import { symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serve } from '../integration/integrations/loopback-server.ts';
import { databasePath } from '../support/database.ts';
import { issueTracker, largeDescription, PET_SHOP } from '../support/openapi-descriptions.ts';
import { fail, succeed } from '../support/server-process.ts';
import { connectInMemory } from './in-memory-server.ts';

const ENV = { PET_SHOP_SHOP_KEY: 'shop-key-0123456789', ISSUE_TRACKER_PASSWORD: 'ada:correct-horse' };

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A service that answers everything with what it got. */
async function startEcho() {
  const seen: Seen[] = [];
  const service = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method, url, headers } = request;
    seen.push({ method, url, headers, body });
    response.end(JSON.stringify({ pets: [{ id: 1, name: 'Rex' }], body }));
  });
  return { service, seen };
}

async function openShop() {
  const { service, seen } = await startEcho();
  const server = await connectInMemory({ env: ENV });
  const configured = await succeed(server, 'configure_integration', {
    service: 'custom',
    name: 'shop',
    openapi: PET_SHOP,
    base_url: `${service.url.origin}/v2`,
  });
  return { server, seen, configured };
}

describe('a service described by OpenAPI', () => {
  it('is configured by its text: operations, and the variable that its security scheme needs', async () => {
    const { configured } = await openShop();
    expect(configured).toMatchObject({
      integration: {
        openapi: '"Pet Shop" 1.4.0, 6 operations',
        variables: [{ role: 'shop_key', variable: 'PET_SHOP_SHOP_KEY', set: true }],
        missing: [],
      },
    });
  });

  it('is read by operation and by path, with the key, placed parameters and fields', async () => {
    const { server, seen } = await openShop();
    const read = await succeed(server, 'read_api', {
      integration: 'shop',
      operation: 'listPets',
      params: { tags: ['a', 'b'], 'X-Trace': 't1' },
      fields: ['name'],
      limit: 1,
    });
    expect(read).toMatchObject({ items: [{ name: 'Rex' }], count: 1 });
    await succeed(server, 'read_api', { integration: 'shop', path: '/pets/7' });
    expect(seen).toMatchObject([
      {
        method: 'GET',
        url: '/v2/pets?tags=a,b&limit=1',
        headers: { 'x-shop-key': ENV.PET_SHOP_SHOP_KEY, 'x-trace': 't1' },
      },
      { method: 'GET', url: '/v2/pets/7' },
    ]);
  });

  it('is written to with a checked body, once for each reference', async () => {
    const { server, seen } = await openShop();
    const call = {
      integration: 'shop',
      operation: 'createPet',
      params: { name: 'Rex', kind: 'dog' },
      reference: 'rex',
    };
    expect(await succeed(server, 'call_api', call)).toMatchObject({ replayed: false });
    expect(await succeed(server, 'call_api', call)).toMatchObject({ replayed: true });
    expect(seen).toMatchObject([{ method: 'POST', url: '/v2/pets', body: '{"name":"Rex","kind":"dog"}' }]);
    await succeed(server, 'call_api', {
      integration: 'shop',
      operation: 'replacePets',
      params: { body: [{ name: 'A' }] },
    });
    expect(seen[1]).toMatchObject({ method: 'PUT', url: '/v2/pets/batch', body: '[{"name":"A"}]' });
    await succeed(server, 'call_api', { integration: 'shop', method: 'DELETE', path: '/pets/3' });
    expect(seen[2]).toMatchObject({ method: 'DELETE', url: '/v2/pets/3', body: '' });
  });

  const mistakes: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['a missing field', { operation: 'createPet', params: { kind: 'dog' } }, 'name'],
    ['a value that is not in the list', { operation: 'createPet', params: { name: 'Rex', kind: 'fish' } }, 'kind'],
    [
      'a mistake deep inside',
      { operation: 'createPet', params: { name: 'R', friends: [{ name: 5 }] } },
      'friends.0.name',
    ],
    ['a body that is too long', { operation: 'replacePets', params: { body: [{}, {}, {}] } }, ''],
    ['a missing parameter of the path', { operation: 'deletePet' }, 'petId'],
    ['a parameter that is not known', { operation: 'deletePet', params: { petId: 1, force: true } }, 'force'],
    ['a body that cannot be sent', { operation: 'uploadPhoto' }, ''],
  ];
  it.each(mistakes)('names %s and sends nothing', async (_what, call, field) => {
    const { server, seen } = await openShop();
    expect(await fail(server, 'call_api', { integration: 'shop', ...call })).toMatchObject({
      code: 'invalid_input',
      outcome: 'not_executed',
      details: { issues: [{ field }] },
    });
    expect(seen).toHaveLength(0);
  });

  it('answers an unknown operation with the nearest ones', async () => {
    const { server } = await openShop();
    expect(await fail(server, 'read_api', { integration: 'shop', operation: 'get pet' })).toMatchObject({
      code: 'invalid_input',
      details: {
        operations: 6,
        nearest: [expect.stringMatching(/^(?:showPet|listPets): GET/), ...Array(5).fill(expect.any(String))],
      },
    });
  });

  it('speaks basic where that variable is set, and forms where the description says so', async () => {
    const { service, seen } = await startEcho();
    const server = await connectInMemory({ env: ENV });
    await succeed(server, 'configure_integration', {
      service: 'custom',
      openapi: JSON.stringify(issueTracker()),
      base_url: service.url.origin,
    });
    await succeed(server, 'call_api', {
      integration: 'custom',
      operation: 'issues/update',
      params: { id: 'a/b', title: 'x y', weight: 2 },
    });
    expect(seen).toMatchObject([
      {
        method: 'PATCH',
        url: '/issues/a%2Fb',
        headers: {
          authorization: `Basic ${Buffer.from(ENV.ISSUE_TRACKER_PASSWORD).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'title=x%20y&weight=2',
      },
    ]);
    const shown = await succeed(server, 'call_api', {
      integration: 'custom',
      operation: 'issues/update',
      params: { id: '1', title: 't' },
      dry_run: true,
    });
    expect(shown).toMatchObject({
      request: { method: 'PATCH', headers: { authorization: '[redacted]' }, body: 'title=t' },
    });
    expect(seen).toHaveLength(1);
  });
});

describe('a description of 468 operations', () => {
  it('is read from a file of the project, leaves the tool list as it is, and survives a restart', async () => {
    const path = databasePath();
    writeFileSync(join(dirname(path), 'large.json'), largeDescription());
    const { service, seen } = await startEcho();
    const first = await connectInMemory({ databasePath: path });
    const before = JSON.stringify((await first.client.listTools()).tools);
    const configured = await succeed(first, 'configure_integration', {
      service: 'custom',
      name: 'large',
      openapi: 'large.json',
      base_url: service.url.origin,
    });
    expect(configured).toMatchObject({ integration: { openapi: expect.stringContaining('468 operations') } });
    expect(JSON.stringify((await first.client.listTools()).tools)).toBe(before);
    await first.client.close();
    const second = await connectInMemory({ databasePath: path });
    expect(
      await fail(second, 'read_api', { integration: 'large', operation: 'retrieve account capability' }),
    ).toMatchObject({
      details: { operations: 468, nearest: expect.arrayContaining([expect.stringContaining('Capabilities')]) },
    });
    await succeed(second, 'read_api', { integration: 'large', path: '/v1/accounts/acct_1/capabilities' });
    expect(seen).toMatchObject([{ url: '/v1/accounts/acct_1/capabilities' }]);
  });

  it('outside of the project is refused, also behind a link', async () => {
    const path = databasePath();
    const server = await connectInMemory({ databasePath: path });
    symlinkSync('/etc/hosts', join(dirname(path), 'link.json'));
    for (const openapi of ['../../etc/hosts', '/etc/hosts', 'link.json']) {
      expect(await fail(server, 'configure_integration', { service: 'custom', openapi })).toMatchObject({
        code: 'not_allowed',
      });
    }
    expect(await fail(server, 'configure_integration', { service: 'custom', openapi: 'nowhere.json' })).toMatchObject({
      code: 'invalid_input',
    });
    expect(await fail(server, 'configure_integration', { service: 'stripe', openapi: PET_SHOP })).toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('a service without a description', () => {
  it('needs an address only; the key goes where the settings say', async () => {
    const { service, seen } = await startEcho();
    const server = await connectInMemory({ env: { MY_KEY: 'key-0123456789abc' } });
    const configure = (settings: object) =>
      succeed(server, 'configure_integration', {
        service: 'custom',
        base_url: `${service.url.origin}/api`,
        secret_env: 'MY_KEY',
        settings,
      });
    const ways: readonly (readonly [object, object])[] = [
      [{ auth: 'bearer' }, { headers: { authorization: 'Bearer key-0123456789abc' } }],
      [{ auth: 'header', auth_name: 'X-Token' }, { headers: { 'x-token': 'key-0123456789abc' } }],
      [{ auth: 'query', auth_name: 'key' }, { url: '/api/things?a=1&key=key-0123456789abc' }],
    ];
    for (const [settings, expected] of ways) {
      await configure(settings);
      await succeed(server, 'read_api', { integration: 'custom', path: '/things', params: { a: 1 } });
      expect(seen.at(-1)).toMatchObject(expected);
      const call = { integration: 'custom', method: 'POST', path: '/things', params: { a: 1 }, dry_run: true };
      expect(JSON.stringify(await succeed(server, 'call_api', call))).not.toContain('key-0123456789abc');
    }
  });

  it.each([
    '//evil.example/x',
    '/\\evil.example/x',
    '/.//evil.example/x',
    'https://evil.example/x',
    '/a?b=1',
    '/a#b',
    'a',
    '',
  ])('is not led elsewhere by the path %j', async (path) => {
    const { service, seen } = await startEcho();
    const server = await connectInMemory();
    await succeed(server, 'configure_integration', { service: 'custom', base_url: service.url.origin });
    expect(await fail(server, 'read_api', { integration: 'custom', path })).toMatchObject({ code: 'invalid_input' });
    expect(seen).toHaveLength(0);
  });

  it('is held to the paths that are allowed, however they are written', async () => {
    const { service, seen } = await startEcho();
    const server = await connectInMemory();
    await succeed(server, 'configure_integration', {
      service: 'custom',
      base_url: service.url.origin,
      allow: ['GET /public/*', 'POST /orders'],
    });
    await succeed(server, 'read_api', { integration: 'custom', path: '/public/a' });
    await succeed(server, 'call_api', { integration: 'custom', method: 'POST', path: '/orders' });
    for (const path of ['/private', '/public/../private', '/public/%2e%2e/private', '/publicity']) {
      expect(await fail(server, 'read_api', { integration: 'custom', path }), path).toMatchObject({
        code: 'not_allowed',
      });
    }
    expect(await fail(server, 'call_api', { integration: 'custom', method: 'PUT', path: '/orders' })).toMatchObject({
      code: 'not_allowed',
    });
    expect(seen.map(({ url }) => url)).toEqual(['/public/a', '/orders']);
  });
});
