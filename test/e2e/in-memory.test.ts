import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { answer, startService } from '../support/loopback-service.ts';
import { configureSendGrid, SENDGRID_ENV, startSendGrid } from '../support/sendgrid-service.ts';
import { fail, succeed } from '../support/server-process.ts';
import { configureStripe, startStripe, TEST_KEY } from '../support/stripe-service.ts';
import { connectInMemory } from './in-memory-server.ts';

const ENV = {
  ...SENDGRID_ENV,
  STRIPE_SECRET_KEY: TEST_KEY,
  STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
};
const PAYMENT = { amount: 1050, currency: 'usd', reference: 'order-1' };
const MAIL = {
  from: 'shop@example.com',
  to: ['Ada <ada@example.com>'],
  subject: 'Receipt',
  text: 'Thank you',
  reference: 'receipt-1',
};
const INVALID_PARAMS = -32602;

/** A server with Stripe configured against the simulator. */
async function connectToStripe() {
  const stripe = await startStripe();
  const server = await connectInMemory({ env: ENV });
  await configureStripe(server, stripe);
  return { ...server, stripe };
}

const parse = ({ contents }: ReadResourceResult) => JSON.parse((contents[0] as { text: string }).text);

describe('every tool', () => {
  interface Calls {
    success: Record<string, unknown>;
    answer: object;
    failure: Record<string, unknown>;
    code: string;
  }

  /** In this order: later calls build on earlier ones. */
  const CALLS: Readonly<Record<string, Calls>> = {
    configure_integration: {
      success: { service: 'stripe', caps: { max_amount: 5000 } },
      answer: {
        saved: true,
        integration: { name: 'stripe', caps: { max_amount: 5000 }, missing: [] },
        memory_id: expect.any(String),
      },
      failure: { service: 'nope' },
      code: 'invalid_input',
    },
    list_integrations: {
      success: {},
      answer: {
        integrations: [
          { name: 'sendgrid', health: 'ok', limits: {} },
          { name: 'stripe', health: 'ok' },
        ],
        broken: [],
      },
      failure: { service: 'nope' },
      code: 'invalid_input',
    },
    read_api: {
      success: { integration: 'stripe', operation: 'listPaymentIntents' },
      answer: { operation: 'listPaymentIntents', items: [], count: 0, calls: 1 },
      failure: { integration: 'stripe', operation: 'list all payments' },
      code: 'invalid_input',
    },
    call_api: {
      success: {
        integration: 'stripe',
        operation: 'createCustomer',
        params: { email: 'ada@example.com' },
        reference: 'ada',
      },
      answer: { operation: 'createCustomer', data: { object: 'customer' }, reference: 'ada', replayed: false },
      failure: { integration: 'stripe', operation: 'createCustomer', params: { email: 5 }, reference: 'ada-2' },
      code: 'invalid_input',
    },
    create_payment_intent: {
      success: PAYMENT,
      answer: { status: 'requires_payment_method', amount: 1050, amount_display: '10.50 USD', replayed: false },
      failure: { ...PAYMENT, reference: 'order-2', amount: 5001 },
      code: 'not_allowed',
    },
    retrieve_payment_intent: {
      success: {},
      answer: { amount_display: '10.50 USD', ledger: { known: true, reference: 'order-1' }, disagreements: [] },
      failure: { payment_intent_id: 'pi_nope' },
      code: 'not_found',
    },
    update_payment_intent: {
      success: { action: 'confirm', payment_method: 'pm_card_visa', return_url: 'https://shop.example/done' },
      answer: { status: 'succeeded', amount_display: '10.50 USD', replayed: false },
      failure: { payment_intent_id: 'pi_nope', action: 'cancel', amount: 5 },
      code: 'invalid_input',
    },
    refund_payment: {
      success: { reference: 'return-1', amount: 500 },
      answer: { status: 'succeeded', amount_display: '5.00 USD', replayed: false },
      failure: { payment_intent_id: 'pi_nope', reference: 'return-2' },
      code: 'not_found',
    },
    send_email: {
      success: MAIL,
      answer: { accepted: true, message_id: 'message-1', outcome: 'executed', replayed: false },
      failure: { ...MAIL, reference: 'receipt-2', subject: undefined },
      code: 'invalid_input',
    },
    breaker_status: {
      success: { integration: 'stripe' },
      answer: { breakers: [{ state: 'closed' }, { state: 'closed' }] },
      failure: { integration: 'nope' },
      code: 'not_found',
    },
    control_breaker: {
      success: { integration: 'stripe', class: 'write', action: 'open', reason: 'test', for_ms: 60_000 },
      answer: { breakers: [{ state: 'forced_open', forced: { owner: 'in-memory-client', reason: 'test' } }] },
      failure: { integration: 'stripe', class: 'nope', action: 'open', reason: 'test' },
      code: 'invalid_input',
    },
    verify_webhook: {
      success: { provider: 'stripe', headers: { 'stripe-signature': `t=1,v1=${'0'.repeat(64)}` }, body: '{}' },
      answer: { valid: false },
      failure: { provider: 'nope', headers: {}, body: '' },
      code: 'invalid_input',
    },
    sign_webhook: {
      success: { provider: 'stripe', event_type: 'payment_intent.succeeded', secret_env: 'STRIPE_WEBHOOK_SECRET' },
      answer: {
        headers: { 'stripe-signature': expect.stringMatching(/^t=\d+,v1=[0-9a-f]{64}$/) },
        body: expect.any(String),
      },
      failure: { provider: 'stripe', body: '{}', secret_env: 'NOT_SET' },
      code: 'not_configured',
    },
    detect_repository: {
      success: {},
      answer: { package_name: '@till/root', new_integration: { path: 'services/integrations/<service>' } },
      failure: { path: '..' },
      code: 'not_allowed',
    },
    scaffold_integration: {
      success: { service: 'stripe', parts: ['client'] },
      answer: { package_name: '@till/stripe-integration', files: { unchanged: 0 }, memory_id: expect.any(String) },
      failure: { service: 'nope' },
      code: 'invalid_input',
    },
    check_integration: {
      success: { path: '.' },
      answer: { files_checked: expect.any(Number), total: 0, findings: [] },
      failure: { path: '../elsewhere' },
      code: 'not_allowed',
    },
    webhook_listener: {
      success: { action: 'start', port: 0 },
      answer: {
        state: 'running',
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        routes: [
          { path: '/sendgrid', provider: 'sendgrid', secret_set: true },
          { path: '/stripe', provider: 'stripe', secret_set: true },
        ],
        memory_id: expect.any(String),
      },
      failure: { action: 'start', routes: [{ path: 'stripe', provider: 'stripe' }] },
      code: 'invalid_input',
    },
    list_webhook_events: {
      success: {},
      answer: { events: [] },
      failure: { id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' },
      code: 'not_found',
    },
    replay_webhook: {
      success: { provider: 'stripe', examples: ['payment_intent.succeeded'] },
      answer: { attempts: [{ status: 200 }], verdict: expect.any(Array) },
      failure: { provider: 'stripe', examples: ['payment_intent.succeeded'], to: 'http://example.com/' },
      code: 'not_allowed',
    },
    simulate_service: {
      success: { service: 'sendgrid', action: 'start' },
      answer: { running: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), log: { requests: [] } },
      failure: { service: 'paypal', action: 'start' },
      code: 'invalid_input',
    },
    store_memory: {
      success: { content: 'The shop charges in the end' },
      answer: { success: true, memory_id: expect.any(String) },
      failure: { content: '' },
      code: 'invalid_input',
    },
    search_memories: {
      success: { query: 'shop charges' },
      answer: { count: 1, results: [{ summary: 'The shop charges in the end' }] },
      failure: { query: 'x', since: 'yesterday' },
      code: 'invalid_input',
    },
    get_memory: {
      success: {},
      answer: { content: 'The shop charges in the end' },
      failure: { memory_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' },
      code: 'not_found',
    },
    link_memories: {
      success: { relationship_type: 'relates_to' },
      answer: { changed: true },
      failure: { from_memory_id: 'a', to_memory_id: 'a', relationship_type: 'loves' },
      code: 'invalid_input',
    },
    update_memory: {
      success: { importance: 9 },
      answer: { changed: true, version: 2 },
      failure: { memory_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', importance: 9 },
      code: 'not_found',
    },
    delete_memory: {
      success: {},
      answer: { count: 1 },
      failure: { memory_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' },
      code: 'not_found',
    },
  };

  it('succeeds once and fails once through the client, which checks every answer against its schema', async () => {
    const server = await connectToStripe();
    await configureSendGrid(server, await startSendGrid());
    const { tools } = await server.client.listTools();
    expect(Object.keys(CALLS).sort()).toEqual(tools.map(({ name }) => name).sort());
    const seen: Record<string, Record<string, unknown>> = {};
    const handler = await startService(answer(200));
    const memory_id = () => seen['store_memory']?.['memory_id'];
    const ids: Readonly<Record<string, () => object>> = {
      retrieve_payment_intent: () => ({ payment_intent_id: seen['create_payment_intent']?.['payment_intent_id'] }),
      update_payment_intent: () => ({ payment_intent_id: seen['create_payment_intent']?.['payment_intent_id'] }),
      refund_payment: () => ({ payment_intent_id: seen['create_payment_intent']?.['payment_intent_id'] }),
      replay_webhook: () => ({ to: handler.url.href }),
      get_memory: () => ({ memory_id: memory_id() }),
      link_memories: () => ({
        from_memory_id: memory_id(),
        to_memory_id: seen['configure_integration']?.['memory_id'],
      }),
      update_memory: () => ({ memory_id: memory_id() }),
      delete_memory: () => ({ memory_id: memory_id() }),
    };
    for (const [name, { success, answer, failure, code }] of Object.entries(CALLS)) {
      const given = await succeed(server, name, { ...success, ...ids[name]?.() });
      expect(given, name).toMatchObject(answer);
      seen[name] = given;
      expect(await fail(server, name, failure), name).toMatchObject({ code, outcome: 'not_executed' });
    }
  });

  it('describes itself: what for, every argument, and what comes back', async () => {
    const { client } = await connectInMemory();
    const { tools } = await client.listTools();
    for (const { name, title, description = '', inputSchema, outputSchema } of tools) {
      expect([title?.length ?? 0, description.length], name).toEqual([expect.any(Number), expect.any(Number)]);
      expect(description, name).toMatch(/\b(?:Answers|Returns|Shows|Fetches)\b/);
      expect(inputSchema, name).toMatchObject({ type: 'object', additionalProperties: false });
      expect(JSON.stringify([inputSchema, outputSchema])).not.toMatch(/\$schema|\$ref/);
      for (const argument of Object.values(inputSchema.properties ?? {}))
        expect(argument).toHaveProperty('description');
      expect(Object.keys(outputSchema?.properties ?? {}).length, name).toBeGreaterThan(0);
    }
  });
});

describe('errors', () => {
  it('are text only, with everything an agent needs to go on', async () => {
    const { client } = await connectInMemory();
    await client.listTools();
    const result = await client.callTool({ name: 'create_payment_intent', arguments: PAYMENT });
    expect(result).toMatchObject({ isError: true, content: [{ type: 'text', text: expect.any(String) }] });
    expect(result).not.toHaveProperty('structuredContent');
    expect(JSON.parse((result.content as { text: string }[])[0]?.text ?? '')).toEqual({
      code: 'not_configured',
      message: 'No stripe integration is configured in this workspace.',
      hint: 'Call configure_integration({service: "stripe"}) first.',
      retryable: false,
      outcome: 'not_executed',
    });
  });

  it('name the argument that nobody knows', async () => {
    const error = await fail(await connectInMemory(), 'breaker_status', { zzz: 1 });
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('zzz') });
  });

  it('of the protocol are for tools that are not there', async () => {
    const { client } = await connectInMemory();
    await expect(client.callTool({ name: 'nope', arguments: {} })).rejects.toMatchObject({
      code: INVALID_PARAMS,
      message: expect.stringContaining('create_payment_intent'),
    });
  });
});

describe('resources', () => {
  it('are listed, and every one that is listed can be read', async () => {
    const { client, call } = await connectToStripe();
    await succeed({ call }, 'configure_integration', { service: 'github' });
    const { resources } = await client.listResources();
    const uris = resources.map(({ uri }) => uri.replace(/[0-9A-Z]{26}$/, 'ID'));
    expect(uris.filter((uri) => !uri.startsWith('guide://webhooks-'))).toEqual([
      'integration://github',
      'integration://stripe',
      'breaker://github',
      'breaker://stripe',
      'service://metrics',
      'memory://recent',
      'memory://ID',
      'memory://ID',
      'guide://errors',
      'guide://resilience',
    ]);
    for (const { uri, mimeType } of resources) {
      expect(mimeType).toBe('application/json');
      expect(parse(await client.readResource({ uri }))).toBeTypeOf('object');
    }
    expect(parse(await client.readResource({ uri: 'integration://stripe' }))).toMatchObject({
      name: 'stripe',
      mode: 'test',
      variables: [
        {
          role: 'api_key',
          variable: 'STRIPE_SECRET_KEY',
          set: true,
          fingerprint: expect.stringMatching(/^sk_test_….{4}$/),
        },
        { role: 'webhook', variable: 'STRIPE_WEBHOOK_SECRET', set: true },
      ],
    });
    expect(parse(await client.readResource({ uri: 'breaker://stripe' }))).toMatchObject({
      breakers: [{ state: 'closed' }, { state: 'closed' }],
    });
  });

  it('have templates', async () => {
    const { client } = await connectInMemory();
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'integration://{name}',
      'breaker://{integration}',
      'payment://{id}',
      'subscription://{id}',
      'memory://{id}',
      'webhook-event://{id}',
      'guide://{topic}',
    ]);
    for (const { title, description } of resourceTemplates)
      expect([title, description]).toEqual([expect.any(String), expect.any(String)]);
  });

  it.each([
    ['of an unknown kind', 'nope://stripe', 'no such resource'],
    ['without a name', 'integration://', 'no such resource'],
    ['with a path', 'integration://stripe/more', 'no such resource'],
    ['with broken escapes', 'integration://%E0%A4%A', 'no such resource'],
    ['that nobody configured', 'integration://nope', 'no integration "nope"'],
    ['of breakers that nobody has', 'breaker://nope', 'no integration "nope"'],
    ['that was never remembered', 'memory://01ARZ3NDEKTSV4RRFFQ69G5FAV', 'no such memory'],
  ])('%s are a clear error', async (_what, uri, message) => {
    const { client } = await connectInMemory();
    await expect(client.readResource({ uri })).rejects.toMatchObject({
      code: INVALID_PARAMS,
      message: expect.stringContaining(message),
    });
  });
});

describe('the connection', () => {
  it('says who is there before anything is loaded', async () => {
    const { client, loads } = await connectInMemory();
    expect(client.getServerVersion()).toMatchObject({ name: 'breakwater', title: 'Breakwater', version: '0.0.0-test' });
    expect(client.getServerCapabilities()).toMatchObject({
      tools: {},
      resources: { subscribe: true, listChanged: true },
      prompts: {},
      completions: {},
    });
    expect(client.getInstructions()).toContain('search_memories');
    expect(loads()).toBe(0);
    await Promise.all([client.listTools(), client.listResources(), client.listTools()]);
    expect(loads()).toBe(1);
  });

  it('carries progress while a call repeats attempts, for those who ask', async () => {
    const { client, stripe } = await connectToStripe();
    stripe.script([{ kind: 'status', status: 500, times: 2, method: 'POST' }]);
    const told: { progress: number; message?: string | undefined }[] = [];
    await client.callTool({ name: 'create_payment_intent', arguments: PAYMENT }, undefined, {
      onprogress: (progress) => void told.push(progress),
    });
    expect(told).toEqual([
      { progress: 1, message: expect.stringMatching(/^attempt 2 of 3, waiting \d+ ms$/) },
      { progress: 2, message: expect.stringMatching(/^attempt 3 of 3, waiting \d+ ms$/) },
    ]);
  });

  it('passes a cancellation on, and the payment is still made once', async () => {
    const server = await connectToStripe();
    const { client, stripe } = server;
    stripe.script([{ kind: 'delay', ms: 600, method: 'POST' }]);
    const controller = new AbortController();
    const left = client.callTool({ name: 'create_payment_intent', arguments: PAYMENT }, undefined, {
      signal: controller.signal,
    });
    await expect.poll(() => stripe.requests.some(({ method }) => method === 'POST'), { interval: 5 }).toBe(true);
    controller.abort();
    await expect(left).rejects.toThrow();
    await server.edge.idle();
    // The service has not answered yet: nobody waited for it.
    expect(stripe.requests.at(-1)).toMatchObject({ method: 'POST', status: undefined });
    await expect
      .poll(async () => (await server.call('create_payment_intent', PAYMENT)).isError, { interval: 20 })
      .toBe(false);
    const keys = stripe.requests.filter(({ method }) => method === 'POST').map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(1);
  });

  it('that ends leaves no call without an answer', async () => {
    const server = await connectToStripe();
    server.stripe.script([{ kind: 'delay', ms: 5_000, method: 'POST' }]);
    const running = server.call('create_payment_intent', PAYMENT);
    await expect.poll(() => server.stripe.requests.some(({ method }) => method === 'POST'), { interval: 5 }).toBe(true);
    await server.edge.drain();
    expect(server.stripe.requests.at(-1)).toMatchObject({ method: 'POST', status: undefined });
    expect((await running).body).toMatchObject({ code: 'cancelled', outcome: 'unknown' });
    expect((await server.call('create_payment_intent', PAYMENT)).body).toMatchObject({ code: 'cancelled' });
  });
});
