import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { IS_STATELESS, inEnvelope } from '../support/era.ts';
import { AT_ONCE_MS } from '../support/patience.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { LAUNCHER, onTestEnd, serverEnv, startServer, temporaryFolder } from '../support/server-process.ts';
import { configureStripe, startStripe, TEST_KEY } from '../support/stripe-service.ts';
import { TOOL_NAMES } from '../support/tool-names.ts';

const ENV = { STRIPE_SECRET_KEY: TEST_KEY };
const PAYMENT = { amount: 1050, currency: 'usd', reference: 'order-1' };

/** A server that has opened its database and a keep-alive connection. */
async function busyServer(): Promise<ServerProcess> {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe);
  await server.call('create_payment_intent', PAYMENT);
  return server;
}

/** The bare command, without a client. */
function spawnServer() {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, [LAUNCHER], { env: serverEnv(folder), cwd: folder, stdio: 'pipe' });
  onTestEnd(() => void child.kill('SIGKILL'));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  return { child, exited: once(child, 'close'), lines: () => out.split('\n').filter((line) => line !== '') };
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
/** What a client of this run says first. */
const HELLO = IS_STATELESS ? { ...INITIALIZE, method: 'server/discover', params: inEnvelope() } : INITIALIZE;

describe('leaving', () => {
  it('ends with code 0 at the end of input, with open connections', async () => {
    const server = await busyServer();
    const started = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends idle with code 0 on %s', async (signal) => {
    const server = await busyServer();
    server.transport.child.kill(signal);
    expect(await server.transport.exited).toBe(0);
  });

  it.each([
    'SIGINT',
    'SIGTERM',
  ] as const)('answers a call in flight on %s, then ends within the grace', async (signal) => {
    const stripe = await startStripe();
    const server = await startServer(temporaryFolder(), ENV);
    await configureStripe(server, stripe);
    stripe.script([{ kind: 'delay', ms: 30_000, method: 'POST' }]);
    const call = server.call('create_payment_intent', PAYMENT);
    await expect.poll(() => stripe.requests.length).toBeGreaterThan(0);
    const started = performance.now();
    server.transport.child.kill(signal);
    const answer = await call;
    expect(answer.body).toMatchObject({ code: 'cancelled', outcome: 'unknown' });
    expect(await server.transport.exited).toBe(0);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
  });

  it('lets calls in flight finish when the client only closed its side', async () => {
    const { child, exited, lines } = spawnServer();
    const call = {
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: inEnvelope({ name: 'store_memory', arguments: { content: 'last words' } }),
    };
    child.stdin.end(`${JSON.stringify(HELLO)}\n${JSON.stringify(call)}\n`);
    expect(await exited).toEqual([0, null]);
    expect(lines().map((line) => JSON.parse(line) as { id: number })).toMatchObject([
      { id: 1 },
      { id: 2, result: { structuredContent: { success: true } } },
    ]);
  });

  it('ends with code 0 when nobody reads any more (EPIPE)', async () => {
    const { child, exited } = spawnServer();
    child.stdin.write(`${JSON.stringify(HELLO)}\n`);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.stdin.on('error', () => {});
    const request = { jsonrpc: '2.0', id: 9, method: 'prompts/list', params: inEnvelope() };
    const asking = setInterval(() => child.stdin.write(`${JSON.stringify(request)}\n`), 10);
    onTestEnd(() => clearInterval(asking));
    expect(await exited).toEqual([0, null]);
  });
});

describe('what a server must survive', () => {
  it('unknown methods before initialize, lines that are not JSON, wrong versions', async () => {
    const { child, lines } = spawnServer();
    const discover = { jsonrpc: '2.0', id: 0, method: 'server/discover', params: {} };
    child.stdin.write(`${JSON.stringify(discover)}\nnot json\n\n{"half":\n[]\n${JSON.stringify(INITIALIZE)}\n`);
    await expect.poll(() => lines().length).toBe(2);
    const [refusal, welcome] = lines().map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(refusal).toMatchObject({ id: 0, error: { code: -32601 } });
    expect(welcome).toMatchObject({
      id: 1,
      result: { protocolVersion: '2025-11-25', serverInfo: { name: 'breakwater' } },
    });
  });

  it('a request of 12 MB', async () => {
    const server = await startServer(temporaryFolder());
    const result = await server.call('verify_webhook', {
      provider: 'github',
      headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
      body: 'x'.repeat(12 * 1024 * 1024),
      secret_env: 'NOT_SET',
    });
    expect(result.body).toMatchObject({ valid: false });
    expect((await server.client.listTools()).tools.length).toBe(TOOL_NAMES.length);
  });

  it('an unknown tool and an unknown resource', async () => {
    const server = await startServer(temporaryFolder());
    await expect(server.client.callTool({ name: 'no_such_tool' })).rejects.toThrow(/Unknown tool/);
    await expect(server.client.readResource({ uri: 'breaker://nothing' })).rejects.toThrow(/no integration/);
    await expect(server.client.readResource({ uri: 'nothing://at/all' })).rejects.toThrow(/no such resource/);
    await server.client.listPrompts();
  });

  it('cancellation by the client: no further request leaves', async () => {
    const stripe = await startStripe();
    const server = await startServer(temporaryFolder(), ENV);
    await configureStripe(server, stripe, { retry: { base_ms: 10_000, max_ms: 20_000 } });
    stripe.script([{ kind: 'status', status: 500, times: 100 }]);
    const controller = new AbortController();
    const call = server.client.callTool({ name: 'create_payment_intent', arguments: PAYMENT }, undefined, {
      signal: controller.signal,
    });
    await expect.poll(() => stripe.requests.length).toBe(1);
    controller.abort();
    await expect(call).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stripe.requests).toHaveLength(1);
    await server.client.listPrompts();
  });
});

it('tells a waiting client what it is waiting for', async () => {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe);
  stripe.script([{ kind: 'status', status: 503, times: 1 }]);
  const messages: (string | undefined)[] = [];
  await server.client.callTool({ name: 'create_payment_intent', arguments: PAYMENT }, undefined, {
    onprogress: ({ message }) => messages.push(message),
  });
  expect(messages).toEqual([expect.stringMatching(/^attempt 2 of 3, waiting \d+ ms$/)]);
});

it('says clearly that a port is closed, and goes on', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as { port: number };
  closed.close();
  const server = await startServer(temporaryFolder(), ENV);
  await server.call('configure_integration', {
    service: 'stripe',
    base_url: `http://127.0.0.1:${port}`,
    retry: { base_ms: 1, max_ms: 2 },
  });
  const { body } = await server.call('create_payment_intent', PAYMENT);
  expect(body).toMatchObject({
    code: 'unavailable',
    outcome: 'not_executed',
    details: { cause: 'ECONNREFUSED', attempts: 3 },
  });
  await server.client.listPrompts();
});

// The stateless protocol has no level that a client could set.
it.skipIf(IS_STATELESS)('passes its log on to a client that asks for it, from the level asked for', async () => {
  const server = await startServer(temporaryFolder(), { BREAKWATER_LOG: 'debug' });
  const levels: string[] = [];
  server.client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void levels.push(params.level),
  );
  await server.call('store_memory', { content: 'before' });
  expect(levels).toEqual([]);
  await server.client.setLoggingLevel('error');
  await server.client.readResource({ uri: 'memory://nope' }).catch(() => {});
  expect(levels).toEqual([]);
  await server.client.setLoggingLevel('debug');
  server.transport.child.stdin.write('{"jsonrpc":"2.0","id":"x"}\n');
  await expect.poll(() => levels).toContain('warning');
});
