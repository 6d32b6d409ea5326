import { describe, expect, it } from 'vitest';
import { startService } from '../support/loopback-service.ts';
import { AT_ONCE_MS } from '../support/patience.ts';
import { fail, succeed } from '../support/server-process.ts';
import { configureStripe, startStripe, TEST_KEY } from '../support/stripe-service.ts';
import { connectInMemory } from './in-memory-server.ts';

const DESCRIPTION = {
  openapi: '3.0.3',
  info: { title: 'Own', version: '1' },
  servers: [{ url: 'https://own.example' }],
  paths: {
    '/things': {
      post: {
        operationId: 'createThing',
        parameters: [{ name: 'X-Trace', in: 'header', schema: { type: 'string' } }],
        responses: { 200: { description: 'ok' } },
      },
    },
  },
};

async function connectOwn(reply: string, settings: Record<string, unknown> = {}) {
  const server = await connectInMemory();
  const service = await startService((response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(reply),
  );
  await succeed(server, 'configure_integration', {
    service: 'custom',
    name: 'own',
    base_url: service.url.origin,
    ...settings,
  });
  return { server, service };
}

describe('a path of the caller’s own', () => {
  it.each([
    '/items/x/..%2f..%2fadmin',
    '/items/..;/admin',
    '/items/.%09./admin',
    '/items/%5c..%5cadmin',
    '/items/.%00.;a/b',
  ])('is refused where another server could read it as another path: %s', async (path) => {
    const { server, service } = await connectOwn('{}', { allow: ['GET /items/*'] });
    expect(await fail(server, 'read_api', { integration: 'own', path })).toMatchObject({ code: 'invalid_input' });
    expect(service.received).toEqual([]);
  });

  it('may hold dots and signs that mean nothing', async () => {
    const { server } = await connectOwn('{"ok":true}', { allow: ['GET /items/*'] });
    await succeed(server, 'read_api', { integration: 'own', path: '/items/v1.2;x/...a/b..c' });
  });
});

describe('allow', () => {
  it('covers known operations by their method and path, too', async () => {
    const stripe = await startStripe();
    const server = await connectInMemory({ env: { STRIPE_SECRET_KEY: TEST_KEY } });
    await configureStripe(server, stripe, { allow: ['GET /v1/*', 'POST /v1/customers'] });
    await succeed(server, 'read_api', { integration: 'stripe', path: '/v1/customers' });
    await succeed(server, 'call_api', { integration: 'stripe', method: 'POST', path: '/v1/customers', params: {} });
    const refused = { integration: 'stripe', operation: 'createProduct', params: { name: 'x' } };
    expect(await fail(server, 'call_api', refused)).toMatchObject({ code: 'not_allowed' });
  });
});

describe('an object found by its path alone', () => {
  it('is read without fields that nobody gave', async () => {
    const stripe = await startStripe();
    const server = await connectInMemory({ env: { STRIPE_SECRET_KEY: TEST_KEY } });
    await configureStripe(server, stripe);
    const made = await succeed(server, 'call_api', {
      integration: 'stripe',
      method: 'POST',
      path: '/v1/test_helpers/test_clocks',
      params: { frozen_time: 1_800_000_000 },
    });
    const { id } = made['data'] as { id: string };
    const read = await succeed(server, 'read_api', {
      integration: 'stripe',
      path: `/v1/test_helpers/test_clocks/${id}`,
    });
    expect(read).toMatchObject({ data: { id } });
  });
});

describe('a header that HTTP cannot carry', () => {
  it.each(['a\r\nx-admin: 1', 'Ж'])('is refused before anything begins: %j', async (trace) => {
    const { server, service } = await connectOwn('{}', { openapi: JSON.stringify(DESCRIPTION) });
    const call = { integration: 'own', operation: 'createThing', reference: 'thing-1' };
    const refused = await fail(server, 'call_api', { ...call, params: { 'X-Trace': trace } });
    expect(refused).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('x-trace') });
    expect(refused['details'] ?? {}).not.toHaveProperty('attempts');
    await fail(server, 'call_api', { ...call, params: { 'X-Trace': trace }, dry_run: true });
    await succeed(server, 'call_api', { ...call, params: { 'X-Trace': 'plain' } });
    expect(service.received).toHaveLength(1);
  });
});

describe('an answer as deep as no API gives', () => {
  const deep = `${'['.repeat(200_000)}1${']'.repeat(200_000)}`;

  it('is refused, and a write is not left open', async () => {
    const { server } = await connectOwn(deep);
    const read = await fail(server, 'read_api', { integration: 'own', path: '/deep' });
    expect(read['code']).not.toBe('internal');
    const write = { integration: 'own', method: 'POST', path: '/deep', params: {}, reference: 'once' };
    expect(await fail(server, 'call_api', write)).toMatchObject({ outcome: 'unknown' });
    const startedAt = performance.now();
    expect(await fail(server, 'call_api', write)).toMatchObject({ code: 'outcome_unknown' });
    expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
  });
});

describe('a cap on amounts', () => {
  it('sees the larger of two amounts, and amounts that an operation does not know count for nothing', async () => {
    const stripe = await startStripe();
    const server = await connectInMemory({ env: { STRIPE_SECRET_KEY: TEST_KEY } });
    await configureStripe(server, stripe, { caps: { max_amount: 1_000 } });
    const refused = async (call: Record<string, unknown>) =>
      expect(await fail(server, 'call_api', { integration: 'stripe', ...call })).toMatchObject({ code: 'not_allowed' });
    await refused({ operation: 'capturePaymentIntent', params: { id: 'pi_1', amount: 1, amount_to_capture: 500_000 } });
    await refused({ operation: 'confirmPaymentIntent', params: { id: 'pi_1', amount: 1 } });
    await refused({ operation: 'createInvoice', params: { customer: 'cus_1', auto_advance: true } });
    await refused({ method: 'POST', path: '/v1/charges', params: { amount: 1, currency: 'usd' } });
  });

  it('looks into the body of a described operation', async () => {
    const { server } = await connectOwn('{"ok":true}', { caps: { max_amount: 10 } });
    const call = { integration: 'own', method: 'PUT', path: '/orders/1', params: { body: { amount: 11 } } };
    expect(await fail(server, 'call_api', call)).toMatchObject({ code: 'not_allowed' });
  });
});
