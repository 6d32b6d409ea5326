import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { tools } from '../../src/tools/registry.ts';
import { callsIn, readDocuments } from '../support/documents.ts';
import { ROOT } from '../support/server-process.ts';
import { connectInMemory } from './in-memory-server.ts';

const README_PORT = '12111';
const env = {
  STRIPE_SECRET_KEY: ['sk', 'test', 'fiveMinutes0000000001'].join('_'),
  STRIPE_WEBHOOK_SECRET: 'whsec_fiveMinutes0000000001',
};

it('the first steps of the README do what they say', async () => {
  const { call } = await connectInMemory({ env });
  const port = String(await freePort());
  const answers: Record<string, unknown>[] = [];
  for (const { at, tool, args } of firstSteps()) {
    const { isError, body } = await call(tool, JSON.parse(JSON.stringify(args).replaceAll(README_PORT, port)));
    expect(isError, `${at} ${tool}: ${JSON.stringify(body)}`).toBe(false);
    answers.push(body);
  }
  const [started, configured, paid, again, script, survived, signed, , found] = answers;
  expect(started).toMatchObject({ running: true, url: `http://127.0.0.1:${port}` });
  expect(configured).toMatchObject({ saved: true });
  expect(paid).toMatchObject({ status: 'succeeded', amount_display: '10.50 USD', replayed: false });
  expect(again).toMatchObject({ payment_intent_id: paid?.['payment_intent_id'], replayed: true });
  expect(script).toMatchObject({ running: true });
  expect(survived).toMatchObject({ attempts: 2, replayed: true });
  expect(found).toMatchObject({ count: expect.any(Number), results: expect.any(Array) });
  expect(found?.['count']).toBeGreaterThan(0);

  const { headers, body } = signed as { headers: Record<string, string>; body: string };
  const delivery = { provider: 'stripe', secret_env: 'STRIPE_WEBHOOK_SECRET', headers, body };
  expect((await call('verify_webhook', delivery)).body).toMatchObject({ valid: true });
  const rewritten = await call('verify_webhook', { ...delivery, body: JSON.stringify(JSON.parse(body)) });
  expect(JSON.stringify(rewritten.body['diagnosis'])).toContain('json_reserialised');
});

function firstSteps() {
  const readme = readDocuments(ROOT).find(({ name }) => name === 'README.md');
  if (readme === undefined) throw new Error('There is no README.md');
  const [, section = ''] = readme.text.split(/^## Five minutes$/m);
  const [text = ''] = section.split(/^## /m);
  const names = tools.map(({ name }) => name);
  return callsIn({ ...readme, text }, names);
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
