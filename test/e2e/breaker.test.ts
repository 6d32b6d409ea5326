import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, it } from 'vitest';
import { fail, startServer, succeed, temporaryFolder } from '../support/server-process.ts';
import { configureStripe, startStripe, TEST_KEY } from '../support/stripe-service.ts';

const ENV = { STRIPE_SECRET_KEY: TEST_KEY };
const BREAKER = { failure_threshold: 3, break_ms: 2_500, max_break_ms: 2_500 };
const payment = (reference: string, amount: number) => ({ amount, currency: 'usd', reference });

interface Shown {
  breakers: { breaker: string; state: string; transitions: { from: string; to: string }[]; retry_after_ms?: number }[];
}

it('opens for every process, refuses at once, recovers through half-open', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe();
  const [one, two] = await Promise.all([startServer(folder, ENV), startServer(folder, ENV)]);
  await configureStripe(one, stripe, { breaker: BREAKER });
  stripe.script([{ kind: 'status', status: 503, times: 1000, method: 'POST' }]);
  await fail(one, 'create_payment_intent', payment('a', 1000));
  const hits = stripe.requests.length;
  expect(hits).toBe(3);

  const refused = await fail(two, 'create_payment_intent', payment('b', 1001));
  expect(refused).toMatchObject({ code: 'circuit_open', retryable: true, outcome: 'not_executed' });
  expect(refused['retry_after_ms']).toBeGreaterThan(0);
  expect(stripe.requests).toHaveLength(hits);

  const seen = await Promise.all(
    [one, two].map((server) => succeed(server, 'breaker_status', { integration: 'stripe' })),
  );
  const shared = seen.map((status) =>
    (status as unknown as Shown).breakers.map(({ breaker, state }) => [breaker, state]),
  );
  const host = new URL(stripe.url).host;
  expect(shared).toEqual([
    [
      [`${host}/read`, 'closed'],
      [`${host}/write`, 'open'],
    ],
    [
      [`${host}/read`, 'closed'],
      [`${host}/write`, 'open'],
    ],
  ]);

  stripe.script([]);
  await expect
    .poll(async () => (await two.call('create_payment_intent', payment('b', 1001))).isError, {
      interval: 50,
    })
    .toBe(false);
  const after = (await succeed(one, 'breaker_status', { integration: 'stripe' })) as unknown as Shown;
  const write = after.breakers.find(({ breaker }) => breaker.endsWith('/write'));
  expect(write).toMatchObject({ state: 'closed' });
  expect(write?.transitions.map(({ from, to }) => `${from}>${to}`)).toEqual([
    'half_open>closed',
    'open>half_open',
    'closed>open',
  ]);
});

it('holds a breaker open with owner and reason across a restart, until it is reset', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe();
  const server = await startServer(folder, ENV);
  await configureStripe(server, stripe);
  const forced = { integration: 'stripe', class: 'write', action: 'open', reason: 'maintenance tonight' };
  await succeed(server, 'control_breaker', forced);
  await server.stop();

  const next = await startServer(folder, ENV);
  expect(await fail(next, 'create_payment_intent', payment('a', 1000))).toMatchObject({ code: 'circuit_open' });
  const status = await succeed(next, 'breaker_status');
  expect(status).toMatchObject({
    breakers: [
      { state: 'closed' },
      { state: 'forced_open', forced: { owner: 'test-client', reason: 'maintenance tonight', until: null } },
    ],
  });
  expect(stripe.requests).toHaveLength(0);
  const read = await next.client.readResource({ uri: 'breaker://stripe' });
  expect(JSON.parse((read.contents[0] as { text: string }).text)).toEqual(status);
  await succeed(next, 'control_breaker', { ...forced, action: 'reset' });
  await succeed(next, 'create_payment_intent', payment('a', 1000));
});

it('lets everybody wait when the service asks for it', async () => {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe, { deadline_ms: 1000, timeout_ms: 1000 });
  stripe.script([{ kind: 'rate_limit', retry_after: 30, method: 'POST' }]);
  const first = await fail(server, 'create_payment_intent', payment('a', 1000));
  expect(first).toMatchObject({ code: 'rate_limited', retry_after_ms: 30_000, outcome: 'not_executed' });
  const second = await fail(server, 'create_payment_intent', payment('b', 1001));
  expect(second).toMatchObject({ code: 'rate_limited', details: { state: 'throttled' } });
  expect(stripe.requests).toHaveLength(1);
});

it('tells a subscriber when a breaker changes, also when another process changed it', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe();
  const [watcher, other] = await Promise.all([startServer(folder, ENV), startServer(folder, ENV)]);
  await configureStripe(watcher, stripe);
  const changed: string[] = [];
  watcher.client.setNotificationHandler(
    ResourceUpdatedNotificationSchema,
    ({ params }) => void changed.push(params.uri),
  );
  await watcher.client.subscribeResource({ uri: 'breaker://stripe' });
  await succeed(other, 'control_breaker', { integration: 'stripe', action: 'open', reason: 'test' });
  await expect.poll(() => changed).toEqual(['breaker://stripe']);
  await watcher.client.unsubscribeResource({ uri: 'breaker://stripe' });
  await succeed(other, 'control_breaker', { integration: 'stripe', action: 'reset', reason: 'test' });
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(changed).toHaveLength(1);
  await expect(watcher.client.subscribeResource({ uri: 'integration://stripe' })).rejects.toThrow(
    /cannot be subscribed/,
  );
});

it('answers a read from the past while the service cannot be asked, and says how old it is', async () => {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe);
  const paid = await succeed(server, 'create_payment_intent', payment('a', 1000));
  const question = { payment_intent_id: paid['payment_intent_id'] };
  const fresh = await succeed(server, 'retrieve_payment_intent', question);
  expect(fresh).not.toHaveProperty('stale_ms');
  await succeed(server, 'control_breaker', { integration: 'stripe', class: 'read', action: 'open', reason: 'test' });
  const stale = await succeed(server, 'retrieve_payment_intent', question);
  expect(stale).toMatchObject({ payment_intent_id: paid['payment_intent_id'], stale_ms: expect.any(Number) });
  const unknown = await fail(server, 'retrieve_payment_intent', { payment_intent_id: 'pi_never_seen' });
  expect(unknown).toMatchObject({ code: 'circuit_open' });
});

it('counts calls, and shows them beside the shared state', async () => {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe);
  await succeed(server, 'create_payment_intent', payment('a', 1000));
  stripe.script([{ kind: 'status', status: 400, method: 'POST' }]);
  await fail(server, 'create_payment_intent', payment('b', 1001));
  const read = await server.client.readResource({ uri: 'service://metrics' });
  expect(JSON.parse((read.contents[0] as { text: string }).text)).toMatchObject({
    services: [
      {
        breaker: `${new URL(stripe.url).host}/write`,
        state: 'closed',
        calls: { success: 1, failure: 1, refused: 0, cancelled: 0 },
        attempts: 2,
        latency_ms: { p50: expect.any(Number), max: expect.any(Number) },
      },
    ],
  });
});
