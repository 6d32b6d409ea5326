import { describe, expect, it } from 'vitest';
import { awaitCommand, callCommand, runCommand, startCommand } from '../../support/run-command.ts';
import { startServer, succeed, temporaryFolder } from '../../support/server-process.ts';

const KEY = 'sk_test_51BreakwaterCommand0001';

describe('breakwater status and breakers', () => {
  it('show what a server did, and control what it shares', async () => {
    const folder = temporaryFolder();
    const simulator = startCommand(folder, ['simulate', 'stripe', '--json']);
    const { url } = JSON.parse(await simulator.next()) as { url: string };
    const host = new URL(url).host;
    const server = await startServer(folder, { STRIPE_SECRET_KEY: KEY });
    await succeed(server, 'configure_integration', { service: 'stripe', base_url: url });
    await succeed(server, 'configure_integration', { service: 'github' });
    const order = {
      amount: 1050,
      currency: 'usd',
      reference: 'order-7',
      payment_method: 'pm_card_visa',
      confirm: true,
    };
    await succeed(server, 'create_payment_intent', order);

    const env = { STRIPE_SECRET_KEY: KEY, STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef' };
    const run = (...args: string[]) => callCommand(folder, args, env);
    const { status, stdout } = await run('status');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}stripe {2}stripe {2}test {2}ok$/m);
    expect(stdout).toMatch(/^ {2}github {2}github {2}test {2}incomplete {2}not set: GITHUB_TOKEN/m);
    expect(stdout).toMatch(/pi_\w+ {2}10\.50 USD, succeeded {2}order-7$/m);
    expect(stdout).toContain('not listening');
    expect(JSON.parse((await run('status', '--json')).stdout)).toMatchObject({
      workspace: 'test-workspace',
      listener: { state: 'stopped' },
      payments: [{ status: 'succeeded', reference: 'order-7' }],
      breakers: expect.arrayContaining([expect.objectContaining({ breaker: `${host}/write`, state: 'closed' })]),
    });

    const opened = await run(
      'breakers',
      'open',
      'stripe',
      '--class',
      'write',
      '--for',
      '30m',
      '--reason',
      'status page',
    );
    expect(opened.stdout).toMatch(new RegExp(`^${host}/write {2}forced open {2}by command line: status page, until `));
    const refused = await server.call('create_payment_intent', { ...order, amount: 990, reference: 'order-8' });
    expect(refused.body).toMatchObject({ code: 'circuit_open' });
    expect((await run('breakers', 'list', 'stripe')).stdout).toMatch(/\/read {3}closed\n.*\/write {2}forced open/);
    expect((await run('breakers', 'reset', 'stripe')).stdout).toMatch(/\/write {2}closed/);
    await succeed(server, 'create_payment_intent', { ...order, amount: 990, reference: 'order-8' });
    expect(await run('breakers', 'close', 'paypal')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('Fix: Configured: github, stripe.'),
    });
  });

  it('say that there is nothing yet', async () => {
    const folder = temporaryFolder();
    expect((await callCommand(folder, ['breakers', 'list'])).stdout).toBe(
      'No breakers: no integration is configured in this workspace.\n',
    );
    expect(runCommand(folder, ['status']).stdout).toContain('none; an agent makes one with configure_integration');
  });
});

describe('breakwater demo', () => {
  it('plays the story, in any folder, and says how it went', async () => {
    const { status, stdout, stderr } = await awaitCommand(temporaryFolder(), ['demo']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^1\. Configure Stripe/);
    expect(stdout).toMatch(/\nEverything went as told, in [\d.]+ s\.\n$/);
    expect(stdout).not.toContain('✗');
  });

  it('is one line with --json', async () => {
    const { status, stdout } = await awaitCommand(temporaryFolder(), ['demo', '--json']);
    const { failures, checks } = JSON.parse(stdout) as { failures: number; checks: object[] };
    expect([status, failures, checks.length]).toEqual([0, 0, 15]);
  });
});
