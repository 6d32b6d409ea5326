import { createHmac } from 'node:crypto';
import type { Effect, Facts } from './facts.ts';
import type { Random } from './random.ts';
import type { Answer, ServerUnderSoak } from './server-under-soak.ts';
import type { Services } from './services.ts';
import { KEYS } from './services.ts';

/** What an action acts on. */
export interface Scene {
  server: ServerUnderSoak;
  random: Random;
  facts: Facts;
  services: Services;
  webhookUrl: string;
  /** A name that nothing else has. */
  unique(kind: string): string;
}

type Action = (scene: Scene) => Promise<void>;

/** Calls a tool whose arguments are right: what the service refuses is no fault of ours, a refusal of the arguments is. */
async function callRight(
  { server, facts }: Pick<Scene, 'server' | 'facts'>,
  tool: string,
  args: Record<string, unknown>,
): Promise<Answer | undefined> {
  const answer = await server.call(tool, args);
  const code = answer?.isError === true ? String(answer.body['code']) : '';
  if (/^(?:invalid_input|not_configured|unauthorized)$/.test(code)) {
    facts.problem(`${tool} refused what is right: ${JSON.stringify(answer?.body)}`);
  }
  return answer;
}

const read = (tool: string, args: Record<string, unknown> = {}): Action => {
  return async (scene) => void (await callRight(scene, tool, args));
};

const INTEGRATION = { retry: { base_ms: 5, max_ms: 40 }, breaker: { break_ms: 200, max_break_ms: 800 } };

/** Configures one of the simulated services, always alike. */
export async function configure(scene: Scene, service: string): Promise<void> {
  const base_url = scene.services.simulators[service]?.url;
  await callRight(scene, 'configure_integration', { service, base_url, timeout_ms: 2_000, ...INTEGRATION });
}

/** Makes an effect under a reference, or asks for it again: it must happen once, with the same answer. */
export async function effect(
  scene: Scene,
  kind: { tool: string; effects: Map<string, Effect>; id: string },
  reference: string,
): Promise<void> {
  const known = kind.effects.get(reference);
  if (known === undefined) return;
  const answer = await callRight(scene, kind.tool, known.args);
  if (answer?.isError === false) scene.facts.acknowledge(kind.effects, reference, answer.body[kind.id]);
}

export const payments = ({ payments: effects }: Facts) => ({
  tool: 'create_payment_intent',
  effects,
  id: 'payment_intent_id',
});
export const refunds = ({ refunds: effects }: Facts) => ({ tool: 'refund_payment', effects, id: 'refund_id' });
export const mails = ({ mails: effects }: Facts) => ({ tool: 'send_email', effects, id: 'message_id' });

function old(effects: ReadonlyMap<string, Effect>, { random }: Scene): string | undefined {
  return random.pick([...effects.keys()].slice(-200));
}

async function pay(scene: Scene): Promise<void> {
  const { facts, random } = scene;
  const again = random.chance(0.3) ? old(facts.payments, scene) : undefined;
  const reference = again ?? scene.unique('payment');
  if (again === undefined) {
    const card = random.chance(0.5) ? { confirm: true, payment_method: 'pm_card_visa' } : {};
    const args = { amount: 500 + random.below(5_000), currency: 'usd', reference, allow_duplicate: true, ...card };
    facts.payments.set(reference, { args, id: undefined });
  }
  await effect(scene, payments(facts), reference);
}

async function refund(scene: Scene): Promise<void> {
  const { facts } = scene;
  const payment = facts.payments.get(old(facts.payments, scene) ?? '');
  if (payment?.id === undefined || payment.args['confirm'] !== true) return;
  const reference = `refund-${payment.id}`;
  const args = { payment_intent_id: payment.id, amount: 100, reference, allow_duplicate: true };
  if (!facts.refunds.has(reference)) facts.refunds.set(reference, { args, id: undefined });
  await effect(scene, refunds(facts), reference);
}

async function mail(scene: Scene): Promise<void> {
  const { facts, random } = scene;
  const again = random.chance(0.3) ? old(facts.mails, scene) : undefined;
  const reference = again ?? scene.unique('mail');
  if (again === undefined) {
    const to = [`${reference}@example.com`];
    const args = { from: 'shop@example.com', to, subject: reference, text: 'Thank you', reference };
    facts.mails.set(reference, { args, id: undefined });
  }
  await effect(scene, mails(facts), reference);
}

async function changePayment(scene: Scene): Promise<void> {
  const payment = scene.facts.payments.get(old(scene.facts.payments, scene) ?? '');
  if (payment?.id === undefined) return;
  const action = scene.random.chance(0.5)
    ? { action: 'cancel' }
    : { action: 'confirm', payment_method: 'pm_card_visa' };
  await callRight(scene, 'update_payment_intent', { payment_intent_id: payment.id, ...action });
}

async function showPayment(scene: Scene): Promise<void> {
  const payment = scene.facts.payments.get(old(scene.facts.payments, scene) ?? '');
  if (payment?.id !== undefined) await callRight(scene, 'retrieve_payment_intent', { payment_intent_id: payment.id });
}

async function remember(scene: Scene): Promise<void> {
  const name = scene.unique('memory');
  const content = `${name}: decided by ${scene.server.name} that ${name} goes first`;
  const answer = await callRight(scene, 'store_memory', { content, tags: ['soak'], category: 'soak' });
  if (answer?.isError === false) scene.facts.memories.set(String(answer.body['memory_id']), new Set([content]));
}

function someMemory({ facts, random }: Scene): string | undefined {
  return random.pick([...facts.memories.keys()].slice(-300));
}

async function correct(scene: Scene): Promise<void> {
  const id = someMemory(scene);
  const texts = scene.facts.memories.get(id ?? '');
  if (id === undefined || texts === undefined) return;
  const content = `${scene.unique('correction')} is what holds`;
  // Until it is answered either text may be there; corrections of several lanes may come in any order.
  texts.add(content);
  await callRight(scene, 'update_memory', { memory_id: id, content });
}

async function forget(scene: Scene): Promise<void> {
  const id = someMemory(scene);
  if (id === undefined || !scene.random.chance(0.3)) return;
  scene.facts.deleted.set(id, 'perhaps');
  const answer = await callRight(scene, 'delete_memory', { memory_id: id });
  if (answer?.isError === false) scene.facts.deleted.set(id, 'yes');
}

async function showMemory(scene: Scene): Promise<void> {
  const id = someMemory(scene);
  if (id !== undefined) await callRight(scene, 'get_memory', { memory_id: id, include: ['versions', 'links'] });
}

async function link(scene: Scene): Promise<void> {
  const [from_memory_id, to_memory_id] = [someMemory(scene), someMemory(scene)];
  if (from_memory_id === undefined || to_memory_id === undefined || from_memory_id === to_memory_id) return;
  await callRight(scene, 'link_memories', { from_memory_id, to_memory_id, relationship_type: 'relates_to' });
}

/** An event as Stripe delivers it, sometimes one that came before; a 2xx says that it is kept. */
async function deliver({ facts, random, unique, webhookUrl }: Scene): Promise<void> {
  const again = random.chance(0.2) ? random.pick([...facts.events].slice(-200)) : undefined;
  const id = again ?? `evt_${unique('event')}`;
  const object = { id: `pi_${id}`, object: 'payment_intent', amount: 1000, currency: 'usd', status: 'canceled' };
  const created = Math.floor(Date.now() / 1000);
  const event = { id, object: 'event', type: 'payment_intent.canceled', created, livemode: false, data: { object } };
  const body = JSON.stringify(event);
  const mac = createHmac('sha256', KEYS.STRIPE_WEBHOOK_SECRET).update(`${created}.${body}`).digest('hex');
  const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${created},v1=${mac}` };
  const signal = AbortSignal.timeout(10_000);
  // Nobody listens for the moment in which the port passes on.
  const response = await fetch(webhookUrl, { method: 'POST', headers, body, signal }).catch(() => undefined);
  if (response?.ok === true) facts.events.add(id);
  else if (response !== undefined && response.status < 500) facts.problem(`An event was answered ${response.status}`);
}

async function simulate(scene: Scene): Promise<void> {
  for (const action of ['start', 'status', 'stop']) {
    await callRight(scene, 'simulate_service', { service: 'slack', action });
  }
}

/** Each with how often it is chosen. */
const ACTIONS: readonly (readonly [number, Action])[] = [
  [14, pay],
  [5, refund],
  [8, mail],
  [3, changePayment],
  [3, showPayment],
  [12, remember],
  [5, correct],
  [2, forget],
  [3, showMemory],
  [3, link],
  [6, read('search_memories', { query: 'decided soak first', limit: 5 })],
  [14, deliver],
  [2, read('list_webhook_events', { limit: 5 })],
  [1, read('webhook_listener', { action: 'status' })],
  [1, read('sign_webhook', { provider: 'stripe', event_type: 'invoice.paid', secret_env: 'STRIPE_WEBHOOK_SECRET' })],
  [1, read('verify_webhook', { provider: 'stripe', headers: { 'stripe-signature': 't=1,v1=00' }, body: '{}' })],
  [2, read('list_integrations')],
  [2, read('breaker_status')],
  [2, read('control_breaker', { integration: 'stripe', action: 'reset', reason: 'soak' })],
  [2, read('read_api', { integration: 'stripe', operation: 'listPaymentIntents', limit: 3 })],
  [2, read('read_api', { integration: 'slack', operation: 'testAuth' })],
  [1, read('check_integration', { path: '.' })],
  [1, (scene) => configure(scene, scene.random.pick(Object.keys(scene.services.simulators)) ?? 'stripe')],
  [1, simulate],
  [
    2,
    async (scene) =>
      void (await callRight(scene, 'call_api', {
        integration: 'stripe',
        operation: 'createCustomer',
        params: { email: 'ada@example.com' },
        reference: scene.unique('customer'),
        allow_duplicate: true,
      })),
  ],
  [
    1,
    async (scene) =>
      void (await callRight(scene, 'replay_webhook', {
        provider: 'stripe',
        examples: ['payment_intent.succeeded'],
        to: scene.services.handlerUrl,
      })),
  ],
];
const WEIGHTS = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);

export async function act(scene: Scene): Promise<void> {
  let point = scene.random.below(WEIGHTS);
  for (const [weight, action] of ACTIONS) {
    point -= weight;
    if (point < 0) return action(scene);
  }
}
