/**
 * The main job, played on the real server: two server processes over stdio with the official MCP client, and a Stripe simulator, an
 * HTTP server of its own on loopback, as the service. Exits with 1 when any step is not as expected.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createStripeSimulator } from '../src/integrations/stripe/simulator/index.ts';
import type { RunningSimulator } from '../src/simulator/contract.ts';
import { startSimulator } from '../src/simulator/simulator.ts';
import { Agent, chapter, check, end, say } from './demo-story.ts';

const LAUNCHER = resolve(import.meta.dirname, '../bin/breakwater.mjs');
const KEYS = {
  STRIPE_SECRET_KEY: 'sk_test_51BreakwaterDemoKey00000000000000000000001',
  STRIPE_WEBHOOK_SECRET: 'whsec_breakwaterDemoWebhookSecret000001',
};

interface Delivery {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Where the service delivers its webhooks: an endpoint like the one in the user's own application. */
async function startEndpoint() {
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    deliveries.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    response.writeHead(200).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/webhooks/stripe`, deliveries, stop: () => server.close() };
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-demo-'));
  const endpoint = await startEndpoint();
  const webhook = { url: endpoint.url, secret: KEYS.STRIPE_WEBHOOK_SECRET };
  const stripe = await startSimulator(createStripeSimulator({ webhook }));
  const env = {
    PATH: process.env['PATH'] ?? '',
    BREAKWATER_DB: join(folder, 'breakwater.db'),
    BREAKWATER_WORKSPACE: 'demo-shop',
    ...KEYS,
  };
  const agent = await Agent.start('integration-agent', LAUNCHER, env);
  try {
    await configure(agent, stripe);
    await pay(agent, stripe);
    await surviveReset(agent, stripe);
    await breakAndRecover(agent, stripe);
    await verify(agent, endpoint.deliveries);
    await remember(agent, env);
  } finally {
    await agent.stop();
    await stripe.stop();
    endpoint.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  end(startedAt);
}

async function configure(agent: Agent, stripe: RunningSimulator): Promise<void> {
  chapter('Configure Stripe: the name of a variable, never a key');
  const refused = await agent.call('configure_integration', { service: 'stripe', secret_env: KEYS.STRIPE_SECRET_KEY }, [
    'code',
    'message',
  ]);
  check(
    'a key given as an argument is refused and not shown',
    !JSON.stringify(refused).includes(KEYS.STRIPE_SECRET_KEY) && refused['code'] === 'invalid_input',
  );
  const breaker = { failure_threshold: 3, break_ms: 1_000 };
  const args = {
    service: 'stripe',
    secret_env: 'STRIPE_SECRET_KEY',
    base_url: stripe.url,
    retry: { base_ms: 50 },
    breaker,
  };
  const answer = await agent.call('configure_integration', args);
  check(
    'saved in test mode with nothing missing',
    JSON.stringify(answer).includes('"mode":"test"') && JSON.stringify(answer).includes('"missing":[]'),
  );
}

async function pay(agent: Agent, stripe: RunningSimulator): Promise<void> {
  chapter('Create a payment intent');
  const args = {
    amount: 1050,
    currency: 'usd',
    reference: 'order-1001',
    payment_method: 'pm_card_visa',
    confirm: true,
  };
  const paid = await agent.call('create_payment_intent', args, [
    'payment_intent_id',
    'status',
    'amount_display',
    'idempotency_key',
    'replayed',
  ]);
  check('10.50 USD have been paid', paid['status'] === 'succeeded' && paid['amount_display'] === '10.50 USD');
  const again = await agent.call('create_payment_intent', args, ['payment_intent_id', 'replayed']);
  check(
    'the same reference gives the same intent',
    again['payment_intent_id'] === paid['payment_intent_id'] && again['replayed'] === true,
  );
  check('and the service was asked once', postsTo(stripe) === 1);
}

async function surviveReset(agent: Agent, stripe: RunningSimulator): Promise<void> {
  chapter('The connection breaks after the service has executed');
  stripe.script([{ kind: 'reset_after_executing', method: 'POST', times: 1 }]);
  const before = postsTo(stripe);
  const args = { amount: 2500, currency: 'eur', reference: 'order-1002' };
  const paid = await agent.call('create_payment_intent', args, ['payment_intent_id', 'status', 'attempts', 'replayed']);
  check('the retry got the intent that the first attempt made', paid['replayed'] === true && paid['attempts'] === 2);
  check('two requests, one intent', postsTo(stripe) === before + 2 && (await intentsOf(stripe, 2500)) === 1);
}

async function breakAndRecover(agent: Agent, stripe: RunningSimulator): Promise<void> {
  chapter('The service fails: the breaker opens, calls are refused at once, it recovers');
  stripe.script([{ kind: 'status', status: 503, method: 'POST', times: 1000 }]);
  const args = { amount: 990, currency: 'usd', reference: 'order-1003' };
  await agent.call('create_payment_intent', args, ['code', 'message', 'outcome']);
  const hits = postsTo(stripe);
  const at = performance.now();
  const refused = await agent.call('create_payment_intent', { ...args, amount: 991, reference: 'order-1004' }, [
    'code',
    'retry_after_ms',
    'outcome',
    'hint',
  ]);
  check(
    `refused in ${Math.round(performance.now() - at)} ms, nothing was sent`,
    refused['code'] === 'circuit_open' && postsTo(stripe) === hits,
  );
  const open = await agent.call('breaker_status', { integration: 'stripe' });
  check('breaker_status says why', JSON.stringify(open).includes('"last_error":"HTTP 503"'));
  stripe.script([]);
  say('The service is well again; the breaker lets one call try.');
  await wait(Number(refused['retry_after_ms']) + 50);
  const paid = await agent.call('create_payment_intent', args, ['payment_intent_id', 'status', 'replayed']);
  check(
    'the payment of unknown outcome is completed under its old key',
    String(paid['payment_intent_id']).startsWith('pi_') && (await intentsOf(stripe, 990)) === 1,
  );
  const closed = await agent.quietly('breaker_status', { integration: 'stripe' });
  const path =
    JSON.stringify(closed)
      .match(/"to":"\w+"/g)
      ?.reverse()
      .join(' ') ?? '';
  say(`transitions: ${path.replaceAll(/"to":|"/g, '').replaceAll(' ', ' → ')}`);
  check('closed again, through half-open', path === '"to":"open" "to":"half_open" "to":"closed"');
}

async function verify(agent: Agent, deliveries: readonly Delivery[]): Promise<void> {
  chapter('A signed webhook arrives, is verified, and explained when it was changed');
  const delivery = await arrival(deliveries, 'payment_intent.succeeded');
  const headers = { 'stripe-signature': String(delivery.headers['stripe-signature']) };
  const shown = ['valid', 'reason', 'event_type', 'matched_secret'];
  const good = await agent.call('verify_webhook', { provider: 'stripe', headers, body: delivery.body }, shown);
  check('the delivery is genuine', good['valid'] === true && good['event_type'] === 'payment_intent.succeeded');
  const forged = delivery.body.replace('1050', '1');
  const bad = await agent.call('verify_webhook', { provider: 'stripe', headers, body: forged }, [
    'valid',
    'reason',
    'message',
  ]);
  check('a changed amount is found out', bad['valid'] === false && bad['reason'] === 'signature_mismatch');
  const parsed = JSON.stringify(JSON.parse(delivery.body));
  const handled = await agent.call('verify_webhook', { provider: 'stripe', headers, body: parsed }, [
    'valid',
    'diagnosis',
  ]);
  check(
    'a body that a handler parsed and wrote again is recognised',
    JSON.stringify(handled['diagnosis']).includes('reserialised'),
  );
}

async function remember(agent: Agent, env: Record<string, string>): Promise<void> {
  chapter('The decision is stored, and found by another agent in another process');
  const stored = await agent.call('store_memory', {
    content: JSON.stringify({
      agent: 'integration-agent',
      action: 'integration_configured',
      service: 'stripe',
      features: ['payment_intents', 'webhooks'],
      status: 'complete',
    }),
    context_type: 'decision',
    category: 'backend',
    tags: ['integration', 'stripe', 'webhooks'],
  });
  const other = await Agent.start('backend-agent', LAUNCHER, env);
  const query = { query: 'external api integration webhooks', category: 'backend', limit: 5 };
  const found = await other.call('search_memories', query);
  await other.stop();
  check('the other agent finds it', JSON.stringify(found['results']).includes(String(stored['memory_id'])));
}

function postsTo(stripe: RunningSimulator): number {
  return stripe.requests.filter(({ method }) => method === 'POST').length;
}

/** Intents of this amount at the service itself. */
async function intentsOf(stripe: RunningSimulator, amount: number): Promise<number> {
  const headers = { authorization: `Bearer ${KEYS.STRIPE_SECRET_KEY}` };
  const response = await fetch(`${stripe.url}/v1/payment_intents?limit=100`, { headers });
  const { data } = (await response.json()) as { data: { amount: number }[] };
  return data.filter((intent) => intent.amount === amount).length;
}

async function arrival(deliveries: readonly Delivery[], type: string): Promise<Delivery> {
  for (let waited = 0; waited < 5_000; waited += 20) {
    const found = deliveries.find(({ body }) => (JSON.parse(body) as { type: string }).type === type);
    if (found !== undefined) return found;
    await wait(20);
  }
  throw new Error(`No ${type} arrived within 5 s`);
}

await main();
