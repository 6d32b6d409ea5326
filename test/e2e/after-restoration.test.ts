import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { backUp } from '../../src/storage/backup.ts';
import { databasePath } from '../support/database.ts';
import { SENDGRID_ENV, startSendGrid } from '../support/sendgrid-service.ts';
import { fail, succeed } from '../support/server-process.ts';
import { startStripe, TEST_KEY } from '../support/stripe-service.ts';
import type { InMemoryOptions, InMemoryServer } from './in-memory-server.ts';
import { connectInMemory } from './in-memory-server.ts';

const DAY_MS = 24 * 3_600_000;
const MAIL = { from: 'shop@example.com', to: ['ada@example.com'], subject: 'Receipt', text: 'Thank you' };
const RECEIPT = { ...MAIL, reference: 'receipt-1' };
const ORDER = { amount: 1050, currency: 'usd', reference: 'order-1', payment_method: 'pm_card_visa', confirm: true };

/** Overwrites all pages but the first, once no page is in the log. */
function spoil(path: string): void {
  const db = new Database(path);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  const file = openSync(path, 'r+');
  const rest = Buffer.alloc(statSync(path).size - 4_096, 0xa5);
  writeSync(file, rest, 0, rest.length, 4_096);
  closeSync(file);
}

/** Two servers on one database that was restored from a backup of `ageMs` ago: it does not know the mail and the payment of the other. */
async function restored({ ageMs = 0 } = {}) {
  const [sendgrid, stripe] = [await startSendGrid(), await startStripe()];
  const path = databasePath();
  const open = (options: InMemoryOptions = {}) =>
    connectInMemory({ databasePath: path, env: { ...SENDGRID_ENV, STRIPE_SECRET_KEY: TEST_KEY }, ...options });
  const [finder, sender] = [await open(), await open()];
  await succeed(finder, 'configure_integration', { service: 'sendgrid', base_url: sendgrid.url });
  await succeed(finder, 'configure_integration', { service: 'stripe', base_url: stripe.url });
  for (let index = 0; index < 40; index += 1) {
    await succeed(finder, 'store_memory', { content: `Memory ${index}: ${'lorem ipsum '.repeat(60)}` });
  }
  const madeAt = Date.now() - ageMs;
  await backUp(path, 0, madeAt);
  await succeed(sender, 'send_email', RECEIPT);
  await succeed(sender, 'create_payment_intent', ORDER);
  spoil(path);
  const wasRestored = () => readdirSync(dirname(path)).some((name) => /\.damaged-\d+$/.test(name));
  for (let call = 0; call < 5 && !wasRestored(); call += 1) await finder.call('search_memories', { query: 'lorem' });
  expect(wasRestored()).toBe(true);
  return { sendgrid, finder, sender, open, madeAt: new Date(madeAt).toISOString() };
}

/** Asks until the server uses the restored file. */
async function refusal(server: InMemoryServer, tool: string, args: object): Promise<Record<string, unknown>> {
  let answer = await fail(server, tool, { ...args });
  if (answer['code'] === 'unavailable') answer = await fail(server, tool, { ...args });
  return answer;
}

it('after a restoration no process sends a mail again before it was told; then each goes on', async () => {
  const { sendgrid, finder, sender, open, madeAt } = await restored();
  for (const server of [sender, finder, await open()]) {
    const told = await refusal(server, 'send_email', RECEIPT);
    expect(told).toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
    expect(told['message']).toContain(`what was done from ${madeAt} to `);
    expect(told['message']).toContain('look at SendGrid first');
    expect((await refusal(server, 'send_email', { ...MAIL, reference: 'receipt-2' }))['code']).toBe('not_allowed');
    expect(sendgrid.mails).toHaveLength(1);
  }
  const { details } = (await fail(sender, 'send_email', { ...MAIL, reference: 'receipt-3' })) as {
    details: { confirm_token: string };
  };
  const agreed = { ...MAIL, reference: 'receipt-3', confirm_token: details.confirm_token };
  expect(await succeed(sender, 'send_email', agreed)).toMatchObject({ accepted: true, replayed: false });
  expect(
    await succeed(sender, 'send_email', { ...RECEIPT, to: ['b@example.com'], reference: 'receipt-4' }),
  ).toMatchObject({
    accepted: true,
  });
  expect(await fail(finder, 'send_email', { ...MAIL, reference: 'receipt-5' })).toMatchObject({ code: 'not_allowed' });
  expect(await succeed(finder, 'send_email', agreed)).toMatchObject({ replayed: true });
});

it('after a restoration a person is asked where the client can ask', async () => {
  const { sendgrid, open } = await restored();
  const asked: string[] = [];
  const answers: ('accept' | 'decline')[] = ['decline', 'accept'];
  const elicit = (message: string) => {
    asked.push(message);
    return { action: answers.shift() ?? ('cancel' as const) };
  };
  const server = await open({ elicit, capabilities: { elicitation: {} } });
  expect(await fail(server, 'send_email', RECEIPT)).toMatchObject({ code: 'not_allowed' });
  expect(sendgrid.mails).toHaveLength(1);
  expect(await succeed(server, 'send_email', RECEIPT)).toMatchObject({ accepted: true });
  expect(
    await succeed(server, 'send_email', { ...RECEIPT, reference: 'receipt-2', allow_duplicate: true }),
  ).toMatchObject({
    accepted: true,
  });
  expect(asked).toHaveLength(2);
});

it('after a restoration payments go on while their keys are known, and are asked about later', async () => {
  const { finder, open } = await restored();
  const server = await open();
  const [first, again] = [
    await succeed(server, 'create_payment_intent', ORDER),
    await succeed(finder, 'create_payment_intent', ORDER),
  ];
  expect(first).toMatchObject({ replayed: true, status: 'succeeded' });
  expect(again['payment_intent_id']).toBe(first['payment_intent_id']);
  const late = await restored({ ageMs: DAY_MS });
  expect((await refusal(late.sender, 'create_payment_intent', ORDER))['code']).toBe('not_allowed');
});
