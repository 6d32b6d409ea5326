import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Integration } from '../../../src/integrations/integration.ts';
import type { Operation } from '../../../src/integrations/operation.ts';
import { operation } from '../../../src/integrations/operation.ts';
import type { ProviderApi } from '../../../src/integrations/provider.ts';
import { buildRequest } from '../../../src/integrations/request-builder.ts';
import { stripe } from '../../../src/integrations/stripe/index.ts';

const TEST_KEY = 'sk_test_51TestTestTestTest1234';
const LIVE_KEY = 'sk_live_51LiveLiveLiveLive5678';

function operationWith(more: Partial<Operation>): Operation {
  return operation({
    name: 'doThing',
    method: 'POST',
    path: '/v1/things',
    encoding: 'form',
    repeat: 'with-key',
    class: 'write',
    input: z.object({}),
    output: z.unknown(),
    ...more,
  });
}

function build(
  input: Record<string, unknown>,
  more: Partial<Operation> = {},
  config: object = {},
  env: Record<string, string> = { MY_KEY: TEST_KEY },
) {
  const integration: Integration = {
    workspace: '/projects/shop',
    name: 'stripe',
    config: {
      service: 'stripe',
      mode: 'test',
      secretEnvs: { api_key: 'MY_KEY' },
      webhookSecretEnvs: [],
      settings: {},
      resilience: {},
      ...config,
    },
    createdAt: 0,
    updatedAt: 0,
  };
  const secrets = { get: (name: string) => env[name] };
  return buildRequest(integration, stripe.api as ProviderApi, operationWith(more), input, secrets);
}

describe('a request', () => {
  it('is a form with the headers of the provider', () => {
    expect(build({ amount: 1050, metadata: { a: '1' } })).toEqual({
      method: 'POST',
      url: new URL('https://api.stripe.com/v1/things'),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${TEST_KEY}`,
        'stripe-version': '2026-10-28.endive',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'amount=1050&metadata[a]=1',
    });
  });

  it('can be JSON', () => {
    const request = build({ a: [1, null] }, { encoding: 'json' });
    expect([request.body, request.headers['content-type']]).toEqual(['{"a":[1,null]}', 'application/json']);
  });

  it('carries account and version from the settings', () => {
    const { headers } = build({}, {}, { settings: { account: 'acct_1', api_version: '2025-09-30.clover' } });
    expect(headers).toMatchObject({ 'stripe-account': 'acct_1', 'stripe-version': '2025-09-30.clover' });
  });

  it('puts the input of a GET into the query and sends no body', () => {
    const request = build({ id: 'pi_1', expand: ['a b', 'c'] }, { method: 'GET', path: '/v1/things/{id}' });
    expect(request.url.href).toBe('https://api.stripe.com/v1/things/pi_1?expand[0]=a%20b&expand[1]=c');
    expect([request.body, request.headers['content-type']]).toEqual([undefined, undefined]);
  });

  it('goes to the configured address, whatever path that has', () => {
    const { url } = build({}, {}, { baseUrl: 'http://127.0.0.1:12111/somewhere/else?x=1#y' });
    expect(url.href).toBe('http://127.0.0.1:12111/v1/things');
  });

  it.each([
    ['a/b', 'a%2Fb'],
    ['../../v2', '..%2F..%2Fv2'],
    ['a?b=c#d', 'a%3Fb%3Dc%23d'],
    ['%2e%2e', '%252e%252e'],
    ['a\r\nb', 'a%0D%0Ab'],
    ['…', '%E2%80%A6'],
    ['\ud83d', '%EF%BF%BD'],
  ])('keeps an id inside its place in the path: %j', (id, encoded) => {
    expect(build({ id }, { path: '/v1/things/{id}/cancel' }).url.pathname).toBe(`/v1/things/${encoded}/cancel`);
  });

  it.each(['', '.', '..'])('is refused when the id is a step in the path: %j', (id) => {
    expect(() => build({ id }, { path: '/v1/things/{id}' })).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });

  it('is refused for a value that no form can hold', () => {
    expect(() => build({ a: 1n })).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining('"a"') }),
    );
  });
});

describe('the key', () => {
  const refusals: readonly (readonly [string, Record<string, string>, object, string])[] = [
    ['unset', {}, {}, 'not_configured'],
    ['a live key in test mode', { MY_KEY: LIVE_KEY }, {}, 'not_allowed'],
    ['a live key with a space before it', { MY_KEY: ` ${LIVE_KEY}` }, {}, 'not_configured'],
    ['a key with a line end', { MY_KEY: `${TEST_KEY}\n` }, { mode: 'live' }, 'not_configured'],
    ['a live key in quotes', { MY_KEY: `"${LIVE_KEY}"` }, {}, 'not_configured'],
    ['a publishable key', { MY_KEY: 'pk_test_51TestTestTestTest1234' }, {}, 'not_configured'],
    ['a fingerprint', { MY_KEY: 'sk_test_…1234' }, {}, 'not_configured'],
  ];
  it.each(refusals)('is refused by the name of its variable: %s', (_what, env, config, code) => {
    const attempt = () => build({}, {}, config, env);
    expect(attempt).toThrow(
      expect.objectContaining({ code, details: { variable: 'MY_KEY' }, outcome: 'not_executed' }),
    );
    expect(attempt).not.toThrow(/LiveLive|TestTest/);
  });

  it('is taken in live mode', () => {
    const request = build({}, {}, { mode: 'live' }, { MY_KEY: LIVE_KEY });
    expect(request.headers['authorization']).toBe(`Bearer ${LIVE_KEY}`);
  });
});

describe('fields with places', () => {
  const places = { tag: { in: 'query', lists: 'comma' }, 'X-Trace': { in: 'header' }, items: { in: 'body' } } as const;

  it('go there', () => {
    const request = build({ tag: ['a', 'b'], 'X-Trace': 't', items: [1] }, { encoding: 'json', places });
    expect(request).toMatchObject({ url: { search: '?tag=a,b' }, headers: { 'x-trace': 't' }, body: '[1]' });
  });

  it('repeat lists in the query of JSON operations, and number those of forms', () => {
    const list = { a: [1, 2] };
    expect(build(list, { method: 'GET', encoding: 'json' }).url.search).toBe('?a=1&a=2');
    expect(build(list, { method: 'GET' }).url.search).toBe('?a[0]=1&a[1]=2');
  });

  it('of a DELETE stand in the query, and it has no body', () => {
    const request = build({ prorate: true }, { method: 'DELETE' });
    expect(request).toMatchObject({ url: { search: '?prorate=true' }, body: undefined });
    expect(request.headers).not.toHaveProperty('content-type');
  });

  it('named like parts of every object are fields', () => {
    const input = JSON.parse('{"constructor": 1, "__proto__": 2}') as Record<string, unknown>;
    expect(build(input, { encoding: 'json', places }).body).toBe('{"constructor":1,"__proto__":2}');
  });
});
