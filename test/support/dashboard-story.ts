import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { force, newBreaker, reset, trip } from '../../src/resilience/breaker-state.ts';
import { breakerMigrations, SqliteBreakerStore } from '../../src/resilience/sqlite-breaker-store.ts';
import { Sqlite } from '../../src/storage/sqlite.ts';
import { startServer, succeed } from './server-process.ts';
import { TEST_KEY } from './stripe-service.ts';

const SECRET = 'whsec_0123456789abcdef';
/** What would run, call or break out if any of it were taken for anything but text. */
export const HOSTILE = `"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{7*7}}`;

export const STORY_ENV = {
  STRIPE_SECRET_KEY: TEST_KEY,
  STRIPE_WEBHOOK_SECRET: SECRET,
  GITHUB_TOKEN: 'ghp_madeUpTokenOfTheRightShape00000001',
};

/** Fills a workspace through the real server: integrations, payments with events, forged deliveries, memories, breakers that opened. */
export async function tellStory(folder: string): Promise<void> {
  await openAndCloseBreakers(join(folder, 'breakwater.db'));
  const server = await startServer(folder, STORY_ENV);
  const { url: hooks } = await succeed(server, 'webhook_listener', { action: 'start', port: 0 });
  const target = `${String(hooks).replace(/\/$/, '')}/stripe`;
  const { url } = await succeed(server, 'simulate_service', {
    service: 'stripe',
    action: 'start',
    webhook: { url: target, secret_env: 'STRIPE_WEBHOOK_SECRET' },
  });
  await succeed(server, 'configure_integration', { service: 'stripe', base_url: String(url) });
  await succeed(server, 'configure_integration', { service: 'github' });
  await succeed(server, 'configure_integration', { service: 'sendgrid' });
  for (const [amount, reference] of [
    [4_900, 'order-1042'],
    [12_000, 'order-1043'],
    [799, 'order-1045'],
  ] as const) {
    const pay = { amount, currency: 'eur', reference, payment_method: 'pm_card_visa', confirm: true };
    await succeed(server, 'create_payment_intent', pay);
  }
  const declined = { amount: 2_500, currency: 'eur', payment_method: 'pm_card_chargeDeclined', confirm: true };
  await succeed(server, 'create_payment_intent', { ...declined, reference: 'order-1044' });
  for (const event of ['customer.subscription.created', 'invoice.paid']) {
    await succeed(server, 'simulate_service', { service: 'stripe', action: 'trigger', event });
  }
  await forge(target, 'payment_intent.succeeded');
  await storeMemories(server);
  // Deliveries come after the answers that caused them.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await server.stop();
}

/** Puts text that means harm wherever somebody else's text can get. */
export async function addHostileText(folder: string): Promise<void> {
  const server = await startServer(folder, STORY_ENV);
  const { url } = await succeed(server, 'webhook_listener', { action: 'start' });
  await forge(`${String(url).replace(/\/$/, '')}/stripe`, HOSTILE);
  const memory = {
    content: HOSTILE,
    summary: HOSTILE,
    context_type: 'error',
    importance: 3,
    tags: [HOSTILE.slice(0, 40)],
  };
  await succeed(server, 'store_memory', memory);
  await succeed(server, 'control_breaker', { integration: 'github', action: 'open', reason: HOSTILE });
  await server.stop();
}

/** A delivery that was signed with another secret. */
async function forge(url: string, type: string): Promise<void> {
  const body = JSON.stringify({
    id: `evt_forged_${type.length}`,
    type,
    data: { object: { id: 'pi_forged', note: HOSTILE } },
  });
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', 'whsec_another_secret').update(`${time}.${body}`).digest('hex');
  const headers = { 'stripe-signature': `t=${time},v1=${signature}`, 'content-type': 'application/json' };
  await fetch(url, { method: 'POST', headers: { ...headers, 'x-note': HOSTILE }, body });
}

async function storeMemories(server: Parameters<typeof succeed>[0]): Promise<void> {
  const store = (content: string, context_type: string, importance: number, tags: string[], summary?: string) =>
    succeed(server, 'store_memory', { content, context_type, importance, tags, ...(summary && { summary }) });
  await store(
    'Test keys only until the end of March; live keys come from the vault after the review.',
    'directive',
    9,
    ['stripe', 'keys'],
  );
  await store(
    'Webhook handler answers 200 before it works: the queue retries, Stripe does not need to. Order of events is not promised.',
    'decision',
    8,
    ['stripe', 'webhooks'],
    'The webhook handler acknowledges first and works later',
  );
  await store('Rate limit of GitHub search is 30 requests a minute; batch label lookups.', 'insight', 5, ['github']);
  await store('Move refunds from the cron job to the event handler.', 'todo', 6, ['payments', 'refunds']);
}

const HOUR = 3_600_000;

/** A day in the life of two breakers: the real state machine under a clock that is moved. */
async function openAndCloseBreakers(path: string): Promise<void> {
  let now = Date.now() - 23 * HOUR;
  const clock = { now: () => now };
  const sqlite = new Sqlite({ path, migrations: breakerMigrations });
  const store = new SqliteBreakerStore(sqlite, clock);
  const settings = {
    failureThreshold: 5,
    breakMs: 30_000,
    maxBreakMs: 300_000,
    halfOpenPermits: 1,
    probeLeaseMs: 30_000,
  };
  const open = (key: string, reason: string) =>
    store.update(key, (row) => trip(row, now, settings, { generation: row.generation, probe: undefined }, reason));
  const heal = (key: string) => store.update(key, (row) => reset(row, now));
  const github = 'api.github.com/read';
  await store.update(github, () => newBreaker(github, now));
  for (const [hours, minutes] of [
    [4, 25],
    [7, 50],
    [3, 12],
  ] as const) {
    now += hours * HOUR;
    await open(github, 'HTTP 503');
    now += minutes * 60_000;
    await heal(github);
  }
  now = Date.now() - 2 * HOUR;
  await open('api.github.com/write', 'ECONNRESET');
  now += 40 * 60_000;
  await heal('api.github.com/write');
  now = Date.now() - 20 * 60_000;
  const forced = { state: 'open' as const, reason: 'maintenance until noon', owner: 'ada', until: null };
  await store.update('api.sendgrid.com/write', (row) => force(row, now, forced));
  await sqlite.close();
}
