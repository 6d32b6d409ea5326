import { createHash, generateKeyPairSync } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redact.ts';
import { callTool } from '../../../src/tools/call-tool.ts';
import { replayWebhook } from '../../../src/tools/replay-webhook.ts';
import { eventMigrations } from '../../../src/webhooks/event-row.ts';
import { SqliteEventLog } from '../../../src/webhooks/sqlite-event-log.ts';
import { databasePath, sqliteAt } from '../../support/database.ts';
import { FORGED, VALID } from '../../support/deliveries.ts';
import type { Behaviour } from '../../support/loopback-service.ts';
import { answer, silence, startService } from '../../support/loopback-service.ts';
import { AT_ONCE_MS } from '../../support/patience.ts';
import { HANDLER_SECRET, startHandler } from '../../support/webhook-handlers.ts';
import { github, stripe } from '../../unit/webhooks/deliveries.ts';
import { webhooksOf } from '../../unit/webhooks/webhook-tools.ts';

const ENVIRONMENT: Record<string, string> = {
  STRIPE_WEBHOOK_SECRET: HANDLER_SECRET,
  GITHUB_WEBHOOK_SECRET: github.secret,
  SENDGRID_WEBHOOK_PUBLIC_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64'),
  SENDGRID_PRIVATE_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString(),
};

type Body = Record<string, unknown> & { attempts: Record<string, unknown>[]; verdict: Record<string, unknown>[] };

/** The tool as the server calls it, over a log of its own. */
function setUp() {
  const secrets = { get: (name: string) => ENVIRONMENT[name] };
  const log = new SqliteEventLog(sqliteAt(databasePath(), eventMigrations), secrets);
  const progress: string[] = [];
  const call = async (args: object, signal = new AbortController().signal): Promise<Body> => {
    const caller = { workspace: '/project', agent: 'test', sessionId: undefined };
    const context = {
      signal,
      caller,
      progress: (message: string) => void progress.push(message),
      confirm: () => Promise.reject(new Error('nobody is asked')),
    };
    const deps = { events: log, webhooks: webhooksOf(), secrets, clock: { now: () => Date.now() } };
    const { text } = await callTool(replayWebhook, args, context, { deps, redactor: new Redactor(), log: silentLog });
    for (const secret of Object.values(ENVIRONMENT)) expect(text).not.toContain(secret);
    return JSON.parse(text) as Body;
  };
  /** A delivery as the listener stores it. */
  const store = async (id: string, more: { timestampS?: number; body?: string; verdict?: typeof FORGED } = {}) => {
    const { timestampS = Math.floor(Date.now() / 1000), body = `{"id":"${id}", "type":"charge.succeeded"}\r\n` } = more;
    const signed = stripe.sign(Buffer.from(body), timestampS, HANDLER_SECRET);
    const { event } = await log.insert({
      workspace: '/project',
      provider: 'stripe',
      path: '/stripe?shop=7',
      rawHeaders: [
        'Host',
        'old',
        'Content-Type',
        'text/x',
        'X-Twice',
        'a',
        'x-twice',
        'b',
        'Stripe-Signature',
        signed['stripe-signature'] ?? '',
      ],
      body: Buffer.from(body),
      verdict: more.verdict ?? VALID,
      eventId: id,
      eventType: 'charge.succeeded',
      receivedAt: timestampS * 1000,
    });
    return event;
  };
  return { log, call, store, progress };
}

const result = (body: Body, point: string) => body.verdict.find((finding) => finding['point'] === point)?.['result'];

describe('replay_webhook of stored events', () => {
  it('sends the very bytes and headers, and keeps each attempt with the event', async () => {
    const { log, call, store, progress } = setUp();
    const event = await store('evt_1');
    const { url, received } = await startService(answer(200, { ok: 1 }), answer(500, { ok: 0 }));
    const body = await call({ ids: [event.id], to: url.href, times: 2 });
    expect(received.map((each) => each.body)).toEqual([event.body.toString(), event.body.toString()]);
    expect(received[0]?.headers).toEqual({
      host: url.host,
      'content-type': 'text/x',
      'x-twice': 'a, b',
      'stripe-signature': event.rawHeaders[9],
      'content-length': String(event.body.length),
      connection: 'close',
    });
    expect(body['run']).toEqual({ target: url.href });
    expect(body.attempts).toEqual([
      { event: event.id, purpose: 'first', status: 200, ms: expect.any(Number), answer: '{"ok":1}' },
      {
        event: event.id,
        purpose: 'again',
        status: 500,
        ms: expect.any(Number),
        changed: 'status 200 → 500; answer "{"ok":1}" → "{"ok":0}"',
      },
    ]);
    expect(await log.attempts('/project', event.id)).toMatchObject([
      { kind: 'replay', target: url.href, status: 200, note: 'first' },
      { kind: 'replay', target: url.href, status: 500, note: 'again' },
    ]);
    expect(progress).toEqual([
      expect.stringMatching(/^delivery 1: 200 in [\d.]+ ms$/),
      expect.stringMatching(/^delivery 2: 500 in [\d.]+ ms$/),
    ]);
    expect(result(body, 'idempotent')).toBe('fail');
  });

  it('signs anew what has become too old, unless told not to', async () => {
    const { call, store } = setUp();
    const body = '{"id":"evt_old", "created":1, "data":{"object":{"id":"ch_1", "status":"succeeded"}}}';
    const { id } = await store('evt_old', { timestampS: 1_700_000_000, body });
    const { url } = await startHandler();
    const anew = await call({ ids: [id], to: url.href });
    expect(anew.attempts).toMatchObject([{ status: 200, signed: true }]);
    const old = await call({ ids: [id], to: url.href, resign: false });
    expect(old.attempts).toMatchObject([{ status: 400 }]);
    expect(old.attempts[0]).not.toHaveProperty('signed');
    expect(result(old, 'verifies')).toBe('unknown');
  });

  it('takes the newest without an id, and sends it where it went last', async () => {
    const { call, store } = setUp();
    await store('evt_1');
    const { id } = await store('evt_2');
    const { url, received } = await startService(answer(200));
    await call({ ids: [id], to: url.href });
    const again = await call({});
    expect(again.attempts).toMatchObject([{ event: id, status: 200 }]);
    expect(received.map(({ body }) => JSON.parse(body).id)).toEqual(['evt_2', 'evt_2']);
  });

  it('arranges them, and tells the seed that does it again', async () => {
    const { call, store } = setUp();
    const ids: string[] = [];
    for (let number = 0; number < 5; number += 1) ids.push((await store(`evt_number_${number}`)).id);
    const { url, received } = await startService(answer(500));
    const orderOf = (from: number) => received.slice(from, from + 5).map(({ body }) => JSON.parse(body).id);
    await call({ ids, to: url.href, order: 'reversed' });
    expect(orderOf(0)).toEqual(['evt_number_4', 'evt_number_3', 'evt_number_2', 'evt_number_1', 'evt_number_0']);
    const { run } = await call({ ids, to: url.href, order: 'shuffled' });
    const { seed } = run as { seed: number };
    const shuffled = orderOf(5);
    expect(shuffled.toSorted()).toEqual(orderOf(0).toSorted());
    await call({ ids, to: url.href, order: 'shuffled', seed });
    expect(orderOf(10)).toEqual(shuffled);
  });

  it('does not take a forged event for one that must be accepted', async () => {
    const { call, store } = setUp();
    const { id } = await store('evt_forged', { verdict: FORGED });
    const { url } = await startService(answer(400));
    expect(result(await call({ ids: [id], to: url.href }), 'verifies')).toBe('unknown');
  });

  it('shows no secret that a handler answers with, and says so', async () => {
    const { call, store } = setUp();
    await store('evt_1');
    const telling: Behaviour = (response) =>
      response.end(`debug: ${HANDLER_SECRET} 4242424242424242 ${'x'.repeat(200)}`);
    const { url } = await startService(telling);
    const body = await call({ to: url.href });
    expect(body.attempts[0]?.['answer']).toMatch(/^debug: \[redacted[^\]]*\] \[redacted card …4242\] x+…$/);
    expect(body.verdict.find(({ point }) => point === 'hides_errors')).toMatchObject({
      result: 'fail',
      evidence: expect.stringContaining('signing secret'),
    });
  });
});

describe('the answer of replay_webhook', () => {
  it('stays readable whatever the handler answers', async () => {
    const { call, store } = setUp();
    const ids = await Promise.all(Array.from({ length: 12 }, async (_, number) => (await store(`evt_${number}`)).id));
    let count = 0;
    const { url } = await startService((response) => {
      count += 1;
      response.end(`${count}${'\u0001\n"\\'.repeat(20_000)}`);
    });
    const body = await call({ ids, to: url.href, times: 5, faults: ['all'] });
    expect(body['run']).toEqual({ target: url.href, attempts_omitted: 26 });
    expect(body.attempts).toHaveLength(40);
    expect(JSON.stringify(body).length).toBeLessThan(30_000);
  });
});

describe('replay_webhook of examples', () => {
  const EXAMPLES = ['customer.subscription.created', 'customer.subscription.updated', 'customer.subscription.deleted'];

  it('rehearses a story about one subscription, with nothing stored and no account', async () => {
    const { call } = setUp();
    const { url, received } = await startService(answer(200));
    const body = await call({ provider: 'stripe', examples: EXAMPLES, to: url.href });
    expect(body.attempts.map(({ event, signed }) => [event, signed])).toEqual(EXAMPLES.map((type) => [type, true]));
    const events = received.map((each) => JSON.parse(each.body));
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
    expect(new Set(events.map(({ data }) => data.object.id)).size).toBe(1);
    expect(events.map(({ created }) => created - events[0].created)).toEqual([0, 1, 2]);
  });

  it('judges a handler on every point', async () => {
    const { call } = setUp();
    const { url, stateUrl } = await startHandler();
    const args = { provider: 'stripe', examples: EXAMPLES, to: url.href, order: 'reversed', faults: ['all'] };
    const seeing = await call({ ...args, state_url: stateUrl.href });
    expect(seeing.verdict.filter((finding) => finding['result'] !== 'pass')).toEqual([]);
    // What cannot be seen from outside is said to be unknown.
    const blind = await call(args);
    const unknown = blind.verdict.filter((finding) => finding['result'] !== 'pass').map(({ point }) => point);
    expect(unknown).toEqual(['idempotent', 'order_safe', 'records_first']);
  });

  it('says what a provider does not offer to try', async () => {
    const { call } = setUp();
    const { url } = await startService(answer(200));
    const body = await call({
      provider: 'github',
      examples: ['push'],
      to: url.href,
      faults: ['stale', 'rolled_secret'],
    });
    expect(body.attempts).toHaveLength(1);
    expect(body.verdict.filter(({ point }) => point === 'rejects_stale' || point === 'accepts_rolled_secret')).toEqual([
      {
        point: 'accepts_rolled_secret',
        result: 'unknown',
        evidence: 'Cannot be tried: the provider sends one signature only.',
      },
      { point: 'rejects_stale', result: 'unknown', evidence: 'Cannot be tried: the provider signs no timestamp.' },
    ]);
  });

  it('signs with the private key where the handler holds the public one', async () => {
    const { call } = setUp();
    const { url, received } = await startService(answer(200));
    const args = { provider: 'sendgrid', examples: ['delivered'], to: url.href };
    expect(await call(args)).toMatchObject({ code: 'not_configured', outcome: 'not_executed' });
    await call({ ...args, secret_env: 'SENDGRID_PRIVATE_KEY', faults: ['bad_signature', 'reserialised'] });
    expect(received).toHaveLength(6);
    expect(received[0]?.headers).toHaveProperty('x-twilio-email-event-webhook-signature');
    expect(received[0]?.body).toMatch(/\r\n$/);
  });
});

describe('replay_webhook fails', () => {
  it.each([
    ['away from this machine', { to: 'http://example.com/hook' }, 'not_allowed'],
    ['to the network', { to: 'http://192.168.0.1/hook' }, 'not_allowed'],
    ['to all interfaces', { to: 'http://0.0.0.0/hook' }, 'not_allowed'],
    ['with credentials', { to: 'http://a:b@127.0.0.1/hook' }, 'invalid_input'],
    ['to no address', { to: 'hook' }, 'invalid_input'],
    ['to where nobody ever sent it', {}, 'invalid_input'],
    ['with a state elsewhere', { to: 'http://127.0.0.1:1/', state_url: 'http://169.254.169.254/' }, 'not_allowed'],
    ['of an unknown event', { ids: ['01ARZ3NDEKTSV4RRFFQ69G5FAV'], to: 'http://127.0.0.1:1/' }, 'not_found'],
    ['of an unknown example', { provider: 'stripe', examples: ['nope'], to: 'http://127.0.0.1:1/' }, 'invalid_input'],
    ['of no example', { provider: 'stripe', examples: [], to: 'http://127.0.0.1:1/' }, 'invalid_input'],
    ['with a secret in the place of its name', { to: 'http://127.0.0.1:1/', secret_env: 'no name!' }, 'invalid_input'],
    ['with a secret that is not set', { to: 'http://127.0.0.1:1/', secret_env: 'NOT_SET' }, 'not_configured'],
    ['where nothing listens', { to: 'http://127.0.0.1:1/' }, 'unavailable'],
    [
      'where nothing listens, not even for the state',
      { to: 'http://127.0.0.1:1/', state_url: 'http://127.0.0.1:1/' },
      'unavailable',
    ],
  ])('%s', async (_what, args, code) => {
    const { log, call, store } = setUp();
    const { id } = await store('evt_1');
    expect(await call(args)).toMatchObject({ code, outcome: 'not_executed' });
    expect(await log.attempts('/project', id)).toEqual([]);
  });

  it('with more deliveries than a call may make', async () => {
    const { call, store } = setUp();
    const ids = await Promise.all(Array.from({ length: 20 }, async (_, number) => (await store(`evt_${number}`)).id));
    const { url, received } = await startService(answer(200));
    expect(await call({ ids, times: 10, to: url.href })).toMatchObject({ code: 'invalid_input' });
    expect(received).toEqual([]);
  });

  it('with events of two providers', async () => {
    const { log, call, store } = setUp();
    const one = await store('evt_1');
    const { event: other } = await log.insert({ ...one, provider: 'github', eventId: 'x' });
    expect(await call({ ids: [one.id, other.id], to: 'http://127.0.0.1:1/' })).toMatchObject({ code: 'invalid_input' });
  });

  it('at once when the caller leaves, and what was sent is known', async () => {
    const { call, store } = setUp();
    await store('evt_1');
    const { url, received } = await startService(answer(200), silence);
    const controller = new AbortController();
    const left = call({ to: url.href, times: 3 }, controller.signal);
    await expect.poll(() => received.length, { interval: 5 }).toBe(2);
    await pause(20);
    const leftAt = performance.now();
    controller.abort();
    expect(await left).toMatchObject({ code: 'cancelled', outcome: 'executed' });
    // The handler says nothing for ever: whoever waited for it would still wait.
    expect(performance.now() - leftAt).toBeLessThan(AT_ONCE_MS);
  });

  it('without a state that can be read', async () => {
    const { call, store } = setUp();
    await store('evt_1');
    const { url, received } = await startService(answer(404));
    expect(await call({ to: url.href, state_url: url.href })).toMatchObject({ code: 'invalid_input' });
    expect(received.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('with a state that moves by itself', async () => {
    const { call, store } = setUp();
    await store('evt_1');
    let reads = 0;
    const { url, received } = await startService((response) => {
      reads += 1;
      response.end(JSON.stringify({ reads }));
    });
    expect(await call({ to: url.href, state_url: url.href })).toMatchObject({
      code: 'invalid_input',
      details: { change: '- reads: 1' },
    });
    expect(received.every(({ method }) => method === 'GET')).toBe(true);
  });
});

it('leaves the stored event as it was', async () => {
  const { log, call, store } = setUp();
  const event = await store('evt_1');
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const { url } = await startService(answer(200));
  await call({ to: url.href, faults: ['all'], order: 'reversed' });
  const after = await log.get('/project', event.id);
  expect(after && { ...after, body: digest(after.body) }).toEqual({ ...event, body: digest(event.body) });
});
