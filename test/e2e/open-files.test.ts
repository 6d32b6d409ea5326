import { spawnSync } from 'node:child_process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { expect, it } from 'vitest';
import { RecordingTransport } from '../support/recording-transport.ts';
import { callTool, LAUNCHER, onTestEnd, serverEnv, temporaryFolder } from '../support/server-process.ts';
import { startStripe, TEST_KEY } from '../support/stripe-service.ts';

const HAS_ULIMIT = process.platform !== 'win32' && spawnSync('sh', ['-c', 'ulimit -n 100']).status === 0;

it.skipIf(!HAS_ULIMIT)(
  'a process that may open no more files says so, does nothing, and goes on when it may',
  async () => {
    const folder = temporaryFolder();
    const stripe = await startStripe();
    const limited = 'ulimit -n 40; exec "$0" "$@"';
    const transport = new RecordingTransport({
      command: 'sh',
      args: ['-c', limited, process.execPath, LAUNCHER],
      env: serverEnv(folder, { STRIPE_SECRET_KEY: TEST_KEY }),
      cwd: folder,
    });
    onTestEnd(() => void transport.child.kill('SIGKILL'));
    const client = new Client({ name: 'open-files', version: '1' });
    await client.connect(transport);
    const call = (name: string, args: Record<string, unknown> = {}) => callTool(client, name, args);
    // Each parallel call to the service needs a socket: more than are left.
    await call('configure_integration', { service: 'stripe', base_url: stripe.url, retry: { max_attempts: 1 } });
    stripe.script([{ kind: 'delay', ms: 300, times: 100 }]);
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        call('create_payment_intent', { amount: 1000 + index, currency: 'usd', reference: `order-${index}` }),
      ),
    );
    const refused = results.filter(({ isError }) => isError);
    expect(refused.length).toBeGreaterThan(0);
    for (const { body } of refused) {
      expect(body).toMatchObject({ code: expect.not.stringMatching('internal'), hint: expect.any(String) });
    }
    stripe.script([]);
    await call('control_breaker', { integration: 'stripe', action: 'reset', reason: 'test' });
    expect((await call('create_payment_intent', { amount: 5000, currency: 'usd', reference: 'after' })).isError).toBe(
      false,
    );
    expect((await call('store_memory', { content: 'still here' })).isError).toBe(false);
    expect(transport.pollution).toEqual([]);
  },
);
