import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, onTestEnd, serverEnv, startServer, temporaryFolder } from '../support/server-process.ts';
import { configureStripe, startStripe, TEST_KEY } from '../support/stripe-service.ts';

type Answer = { id: unknown; error?: { code: number; message: string }; result?: Record<string, unknown> };

const INITIALIZE = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

/** The bare command with nobody who reads its output, until `answers` are asked for. */
function spawnServer(folder: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [LAUNCHER], { env: serverEnv(folder, env), cwd: folder, stdio: 'pipe' });
  onTestEnd(() => void child.kill('SIGKILL'));
  child.stderr.resume();
  child.stdin.on('error', () => {});
  let id = 0;
  return {
    child,
    exited: once(child, 'exit'),
    send(method: string, params: object = {}) {
      id += 1;
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    },
    answers(): Answer[] {
      const all: Answer[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => all.push(JSON.parse(line) as Answer));
      return all;
    },
  };
}

function residentMb(pid: number | undefined): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

describe.each(['2025', 'auto'])('standard input, BREAKWATER_PROTOCOL=%s', (protocol) => {
  it('answers a payment in flight when the client closes its side', async () => {
    const stripe = await startStripe();
    const folder = temporaryFolder();
    const first = await startServer(folder, { STRIPE_SECRET_KEY: TEST_KEY });
    await configureStripe(first, stripe);
    await first.stop();
    stripe.script([{ kind: 'delay', ms: 1_000, method: 'POST' }]);
    const server = spawnServer(folder, { STRIPE_SECRET_KEY: TEST_KEY, BREAKWATER_PROTOCOL: protocol });
    const answers = server.answers();
    server.send(INITIALIZE.method, INITIALIZE.params);
    const payment = { amount: 1050, currency: 'usd', reference: 'order-1' };
    server.send('tools/call', { name: 'create_payment_intent', arguments: payment });
    server.child.stdin.end();
    expect(await server.exited).toEqual([0, null]);
    expect(answers).toMatchObject([{ id: 1 }, { id: 2, result: { structuredContent: { replayed: false } } }]);
  });

  it('refuses a message over the limit with an answer, and goes on', async () => {
    const server = spawnServer(temporaryFolder(), { BREAKWATER_PROTOCOL: protocol });
    const answers = server.answers();
    server.send(INITIALIZE.method, INITIALIZE.params);
    server.child.stdin.write('{"jsonrpc":"2.0","id":"too-long","method":"tools/call","params":{"text":"');
    const megabyte = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 65; count += 1) server.child.stdin.write(megabyte);
    server.child.stdin.write('"}}\n');
    server.send('ping');
    await expect.poll(() => answers.map(({ id }) => id), { timeout: 20_000 }).toEqual([1, 'too-long', 2]);
    expect(answers[1]?.error).toEqual({
      code: -32600,
      message: 'The message has 68157517 bytes; at most 67108864 are read. Nothing was executed.',
    });
  });

  it.skipIf(process.platform !== 'linux')('waits for a client that does not read, and ends when told', async () => {
    const server = spawnServer(temporaryFolder(), { BREAKWATER_PROTOCOL: protocol });
    server.child.stdout.pause();
    server.send(INITIALIZE.method, INITIALIZE.params);
    for (let count = 0; count < 3_000; count += 1) server.send('tools/list');
    await expect.poll(() => residentMb(server.child.pid), { timeout: 10_000 }).toBeGreaterThan(60);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    // 3,000 answers have 140 MB.
    expect(residentMb(server.child.pid)).toBeLessThan(200);
    const toldAt = performance.now();
    server.child.kill('SIGTERM');
    await server.exited;
    expect(performance.now() - toldAt).toBeLessThan(3_000);
  });

  it('ends when told in the middle of a burst', async () => {
    const server = spawnServer(temporaryFolder(), { BREAKWATER_PROTOCOL: protocol });
    const answers = server.answers();
    server.send(INITIALIZE.method, INITIALIZE.params);
    for (let count = 0; count < 3_000; count += 1) server.send('tools/list');
    await expect.poll(() => answers.length, { timeout: 20_000 }).toBeGreaterThan(10);
    const toldAt = performance.now();
    server.child.kill('SIGTERM');
    await server.exited;
    expect(performance.now() - toldAt).toBeLessThan(3_000);
  });
});
