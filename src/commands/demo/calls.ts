import { setTimeout as wait } from 'node:timers/promises';
import type { RunningSimulator } from '../../simulator/contract.ts';
import type { Agent, Story } from './story.ts';

/** Keys of nobody, for a simulator that takes any. */
export const KEYS = {
  STRIPE_SECRET_KEY: 'sk_test_51BreakwaterDemoKey00000000000000000000001',
  STRIPE_WEBHOOK_SECRET: 'whsec_breakwaterDemoWebhookSecret000001',
};

export async function configure(story: Story, agent: Agent, stripe: RunningSimulator): Promise<void> {
  await story.chapter('Configure Stripe: the name of a variable, never a key');
  const refused = await agent.call('configure_integration', { service: 'stripe', secret_env: KEYS.STRIPE_SECRET_KEY }, [
    'code',
    'message',
  ]);
  await story.check(
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
  await story.check(
    'saved in test mode with nothing missing',
    JSON.stringify(answer).includes('"mode":"test"') && JSON.stringify(answer).includes('"missing":[]'),
  );
}

export async function pay(story: Story, agent: Agent, stripe: RunningSimulator): Promise<void> {
  await story.chapter('Create a payment intent');
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
  await story.check(
    '10.50 USD have been paid',
    paid['status'] === 'succeeded' && paid['amount_display'] === '10.50 USD',
  );
  const again = await agent.call('create_payment_intent', args, ['payment_intent_id', 'replayed']);
  await story.check(
    'the same reference gives the same intent',
    again['payment_intent_id'] === paid['payment_intent_id'] && again['replayed'] === true,
  );
  await story.check('and the service was asked once', postsTo(stripe) === 1);
}

export async function surviveReset(story: Story, agent: Agent, stripe: RunningSimulator): Promise<void> {
  await story.chapter('The connection breaks after the service has executed');
  stripe.script([{ kind: 'reset_after_executing', method: 'POST', times: 1 }]);
  const before = postsTo(stripe);
  const args = { amount: 2500, currency: 'eur', reference: 'order-1002' };
  const paid = await agent.call('create_payment_intent', args, ['payment_intent_id', 'status', 'attempts', 'replayed']);
  await story.check(
    'the retry got the intent that the first attempt made',
    paid['replayed'] === true && paid['attempts'] === 2,
  );
  await story.check(
    'two requests, one intent',
    postsTo(stripe) === before + 2 && (await intentsOf(stripe, 2500)) === 1,
  );
}

export async function breakAndRecover(story: Story, agent: Agent, stripe: RunningSimulator): Promise<void> {
  await story.chapter('The service fails: the breaker opens, calls are refused at once, it recovers');
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
  await story.check(
    `refused in ${Math.round(performance.now() - at)} ms, nothing was sent`,
    refused['code'] === 'circuit_open' && postsTo(stripe) === hits,
  );
  const open = await agent.call('breaker_status', { integration: 'stripe' });
  await story.check('breaker_status says why', JSON.stringify(open).includes('"last_error":"HTTP 503"'));
  stripe.script([]);
  await story.say('The service is well again; the breaker lets one call try.');
  await wait(Number(refused['retry_after_ms']) + 50);
  const paid = await agent.call('create_payment_intent', args, ['payment_intent_id', 'status', 'replayed']);
  await story.check(
    'the payment of unknown outcome is completed under its old key',
    String(paid['payment_intent_id']).startsWith('pi_') && (await intentsOf(stripe, 990)) === 1,
  );
  const closed = await agent.quietly('breaker_status', { integration: 'stripe' });
  const path =
    JSON.stringify(closed)
      .match(/"to":"\w+"/g)
      ?.reverse()
      .join(' ') ?? '';
  await story.say(`transitions: ${path.replaceAll(/"to":|"/g, '').replaceAll(' ', ' → ')}`);
  await story.check('closed again, through half-open', path === '"to":"open" "to":"half_open" "to":"closed"');
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
