import { createHmac } from 'node:crypto';
import type { Effect, Facts } from './facts.ts';
import { correct, forget, link, remember, showMemory } from './memory-actions.ts';
import type { Action, Scene } from './scene.ts';
import { callRight } from './scene.ts';
import { KEYS } from './services.ts';

const read = (tool: string, args: Record<string, unknown> = {}): Action => {
  return async (scene) => void (await callRight(scene, tool, args));
};

const INTEGRATION = { retry: { base_ms: 5, max_ms: 40 }, breaker: { break_ms: 200, max_break_ms: 800 } };

/** Configures one of the simulated services, always alike. */
export async function configure(scene: Scene, service: string): Promise<void> {
  const base_url = scene.services.simulators[service]?.url;
  await callRight(scene, 'configure_integration', { service, base_url, timeout_ms: 2_000, ...INTEGRATION });
}

export interface EffectKind {
  tool: string;
  effects: Map<string, Effect>;
  /** Of the object at the service, in the answer. */
  idOf(body: Record<string, unknown>): unknown;
}

/** Makes an effect under a reference, or asks for it again: it must happen once, with the same answer. */
export async function effect(scene: Scene, kind: EffectKind, reference: string): Promise<void> {
  const known = kind.effects.get(reference);
  if (known === undefined) return;
  const answer = await callRight(scene, kind.tool, known.args);
  if (answer?.isError === false) scene.facts.acknowledge(kind.effects, reference, kind.idOf(answer.body));
}

const byField = (tool: string, field: string, effects: Map<string, Effect>): EffectKind => {
  return { tool, effects, idOf: (body) => body[field] };
};
export const payments = ({ payments: effects }: Facts) =>
  byField('create_payment_intent', 'payment_intent_id', effects);
export const refunds = ({ refunds: effects }: Facts) => byField('refund_payment', 'refund_id', effects);
export const mails = ({ mails: effects }: Facts) => byField('send_email', 'message_id', effects);
export const customers = ({ customers: effects }: Facts): EffectKind => {
  return { tool: 'call_api', effects, idOf: ({ data }) => (data as { id?: unknown }).id };
};

function old(effects: ReadonlyMap<string, Effect>, { random }: Scene): string | undefined {
  return random.pick([...effects.keys()].slice(-200));
}

export async function pay(scene: Scene): Promise<void> {
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

async function addCustomer(scene: Scene): Promise<void> {
  const { facts, random } = scene;
  const again = random.chance(0.3) ? old(facts.customers, scene) : undefined;
  const reference = again ?? scene.unique('customer');
  if (again === undefined) {
    const params = { email: `${reference}@example.com` };
    const args = { integration: 'stripe', operation: 'createCustomer', params, reference, allow_duplicate: true };
    facts.customers.set(reference, { args, id: undefined });
  }
  await effect(scene, customers(facts), reference);
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

/** The first time it writes, from then on it finds nothing to do: nobody changes the files. */
async function generate(scene: Scene): Promise<void> {
  const answer = await callRight(scene, 'scaffold_integration', { service: 'stripe', parts: ['service'] });
  const { conflict, kept } = (answer?.body['files'] ?? {}) as { conflict?: unknown; kept?: unknown };
  if (conflict !== undefined || kept !== undefined) scene.facts.problem('Generated files were taken for changed ones');
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
  [4, addCustomer],
  [1, read('detect_repository')],
  [1, generate],
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

/** Everything once: what code loads on first use is no growth. */
export async function actOnce(scene: Scene): Promise<void> {
  for (const [, action] of ACTIONS) await action(scene);
}
