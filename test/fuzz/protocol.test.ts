import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecordingTransport } from '../support/recording-transport.ts';
import { onTestEnd, ROOT, serverEnv, temporaryFolder } from '../support/server-process.ts';
import { expectNoLeak } from './judge.ts';
import { searching, TEST_MS } from './limits.ts';

const SECRET = 'sk_test_51BreakwaterFuzzKey0000000000000000000001';
const id = fc.oneof(fc.integer(), fc.string(), fc.constantFrom<unknown>(null, 1.5, {}, [], 'a'.repeat(10_000), -1));
const method = fc.oneof(
  fc.constantFrom('initialize', 'tools/list', 'tools/call', 'resources/read', 'resources/list', 'resources/subscribe'),
  fc.constantFrom('prompts/get', 'completion/complete', 'logging/setLevel', 'notifications/cancelled', 'ping', 'nope'),
  fc.constantFrom('notifications/initialized', 'notifications/progress', 'roots/list', '__proto__', ''),
  fc.string(),
);
const params = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.record(
    { name: fc.constantFrom('store_memory', 'nope', '__proto__'), arguments: fc.jsonValue() },
    { requiredKeys: [] },
  ),
  fc.record({ uri: fc.oneof(fc.webUrl(), fc.constantFrom('memory://', 'guide://%', 'breaker://../x')) }),
  fc.record(
    { requestId: id, reason: fc.jsonValue(), _meta: fc.jsonValue(), cursor: fc.string() },
    { requiredKeys: [] },
  ),
);
const message = fc
  .record(
    { jsonrpc: fc.constantFrom<unknown>('2.0', '2.0', '2.0', '1.0', 2, null), id, method, params },
    { requiredKeys: [] },
  )
  .map((value) => JSON.stringify(value));
const garbage = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '{',
    '[]',
    '[{}]',
    'null',
    '""',
    '[1,[2',
    '\u0000',
    '\uFEFF{}',
    '['.repeat(50_000),
    `{"a":${'1'.repeat(5_000)}}`,
  ),
  fc.constant(`{"jsonrpc":"2.0","id":1,"method":"ping","params":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`),
);
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));
const lines = fc.array(fc.oneof({ weight: 4, arbitrary: message }, garbage, bytes), { maxLength: 20 });

it(
  'whatever comes on standard input, the server goes on and writes nothing but JSON-RPC',
  async () => {
    const folder = temporaryFolder();
    const env = serverEnv(folder, { STRIPE_SECRET_KEY: SECRET });
    const args = [`${ROOT}/bin/breakwater.mjs`];
    const transport = new RecordingTransport({ command: process.execPath, args, env, cwd: folder });
    onTestEnd(() => void transport.child.kill('SIGKILL'));
    const answered = new Set<unknown>();
    transport.onmessage = (told) => void answered.add('id' in told ? told.id : undefined);
    await transport.start();
    const { stdin } = transport.child;
    const clientInfo = { name: 'fuzz', version: '1' };
    const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
    await transport.send({ jsonrpc: '2.0', id: 'hello', method: 'initialize', params: initialize });
    let round = 0;
    const property = fc.asyncProperty(lines, fc.boolean(), async (sent, asLatin1) => {
      round += 1;
      for (const line of sent) stdin.write(`${line.replaceAll(/[\r\n]/g, ' ')}\n`, asLatin1 ? 'latin1' : 'utf8');
      const ping = `alive-${round}`;
      await transport.send({ jsonrpc: '2.0', id: ping, method: 'ping' });
      await expect.poll(() => answered.has(ping), { interval: 2 }).toBe(true);
      expect(transport.pollution).toEqual([]);
    });
    await fc.assert(property, searching(3_000, 60));
    expectNoLeak(transport.lines.join('\n'), [SECRET]);
    expect(transport.stderr).not.toContain('uncaught');
    expect(transport.stderr).not.toContain(SECRET);
    stdin.end();
    expect(await transport.exited).toBe(0);
  },
  TEST_MS,
);
