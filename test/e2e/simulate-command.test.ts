import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, onTestEnd, serverEnv, startServer, succeed, temporaryFolder } from '../support/server-process.ts';

const SECRET = 'whsec_0123456789abcdef';

/** Lines of standard output as they come. */
function start(...args: string[]): { child: ChildProcess; next(): Promise<string> } {
  const env = serverEnv(temporaryFolder(), { HOOK_SECRET: SECRET });
  const child = spawn(process.execPath, [LAUNCHER, 'simulate', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestEnd(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, next: async () => String((await lines.next()).value) };
}

describe('breakwater simulate', () => {
  it('serves until it is ended, and shows each request', async () => {
    const { child, next } = start('stripe', '--json');
    const { service, url } = JSON.parse(await next());
    expect(service).toBe('stripe');
    const stripe = new Stripe('sk_test_x', { host: '127.0.0.1', port: new URL(url).port, protocol: 'http' });
    await stripe.customers.create();
    expect(JSON.parse(await next())).toMatchObject({ method: 'POST', path: '/v1/customers', status: 200 });
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('speaks to people as well', async () => {
    const { next } = start('github');
    const [, url = ''] = /^github is simulated at (\S+) \(/.exec(await next()) ?? [];
    await fetch(`${url}/user`);
    expect(await next()).toBe('GET /user → 401');
  });

  it.each([
    [['paypal'], 2, 'Allowed choices are stripe, sendgrid'],
    [[], 2, "missing required argument 'service'"],
    [['stripe', '--port', 'x'], 2, '--port'],
    [['stripe', '--webhook', 'http://127.0.0.1:1/'], 2, 'go together'],
    [['stripe', '--webhook', 'http://127.0.0.1:1/', '--secret-env', 'NOT_SET'], 1, 'is not set'],
    [['stripe', '--webhook', 'http://example.com/', '--secret-env', 'HOOK_SECRET'], 1, 'not on this machine'],
  ])('refuses %j', (args, status, words) => {
    const env = serverEnv(temporaryFolder(), { HOOK_SECRET: SECRET });
    const ended = spawnSync(process.execPath, [LAUNCHER, 'simulate', ...args], { env, encoding: 'utf8' });
    expect([ended.status, ended.stdout]).toEqual([status, '']);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toContain(SECRET);
  });
});

it('a server simulates a service for its own tools, and ends it with itself', async () => {
  const server = await startServer(temporaryFolder(), { STRIPE_SECRET_KEY: 'sk_test_x', HOOK_SECRET: SECRET });
  const webhook = { url: 'http://127.0.0.1:1/hook', secret_env: 'HOOK_SECRET' };
  const simulate = (action: string, more = {}) =>
    server.call('simulate_service', { service: 'stripe', action, ...more });
  expect((await simulate('status')).body).toEqual({ running: false });
  const { url } = (await simulate('start', { webhook })).body;
  await succeed(server, 'configure_integration', { service: 'stripe', base_url: String(url) });
  await simulate('script', { script: [{ kind: 'reset_after_executing', method: 'POST' }] });
  const paid = await succeed(server, 'create_payment_intent', { amount: 500, currency: 'usd', reference: 'order-1' });
  expect(paid).toMatchObject({ amount: 500 });
  const { event } = (await simulate('trigger', { event: 'customer.created', overrides: { name: 'Ada' } })).body;
  expect(event).toMatchObject({ event_id: expect.stringMatching(/^evt_/), object_id: expect.stringMatching(/^cus_/) });
  const again = await simulate('trigger', { event: (event as { event_id: string }).event_id });
  expect(again.body).toMatchObject({ event: { resent: true } });
  expect((await simulate('trigger', { event: 'shoe.tied' })).body).toMatchObject({ code: 'invalid_input' });
  expect((await simulate('script', { script: [{ kind: 'shoe' }] })).body).toMatchObject({ code: 'invalid_input' });
  const { log } = (await simulate('status')).body as { log: { requests: object[]; deliveries: object[] } };
  expect(log.requests).toMatchObject([{ fault: 'reset_after_executing' }, { status: 200 }]);
  expect(log.deliveries.length).toBeGreaterThan(2);
  expect(JSON.stringify(log)).not.toContain(SECRET);
  await simulate('reset');
  expect((await simulate('status')).body).toMatchObject({ log: { requests: [], deliveries: [] } });
  await server.stop();
  await expect(fetch(String(url))).rejects.toThrow();
});
