import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Agent, Story } from './story.ts';

export interface Delivery {
  headers: IncomingHttpHeaders;
  body: string;
}

export async function verify(story: Story, agent: Agent, deliveries: readonly Delivery[]): Promise<void> {
  await story.chapter('A signed webhook arrives, is verified, and explained when it was changed');
  const delivery = await arrival(deliveries, 'payment_intent.succeeded');
  const headers = { 'stripe-signature': String(delivery.headers['stripe-signature']) };
  const shown = ['valid', 'reason', 'event_type', 'matched_secret'];
  const good = await agent.call('verify_webhook', { provider: 'stripe', headers, body: delivery.body }, shown);
  await story.check(
    'the delivery is genuine',
    good['valid'] === true && good['event_type'] === 'payment_intent.succeeded',
  );
  const forged = delivery.body.replace('1050', '1');
  const bad = await agent.call('verify_webhook', { provider: 'stripe', headers, body: forged }, [
    'valid',
    'reason',
    'message',
  ]);
  await story.check('a changed amount is found out', bad['valid'] === false && bad['reason'] === 'signature_mismatch');
  const parsed = JSON.stringify(JSON.parse(delivery.body));
  const handled = await agent.call('verify_webhook', { provider: 'stripe', headers, body: parsed }, [
    'valid',
    'diagnosis',
  ]);
  await story.check(
    'a body that a handler parsed and wrote again is recognised',
    JSON.stringify(handled['diagnosis']).includes('reserialised'),
  );
}

export async function remember(story: Story, agent: Agent): Promise<void> {
  await story.chapter('The decision is stored, and found by another agent in another process');
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
  const other = await story.agent('backend-agent');
  const query = { query: 'external api integration webhooks', category: 'backend', limit: 5 };
  const found = await other.call('search_memories', query);
  await story.check('the other agent finds it', JSON.stringify(found['results']).includes(String(stored['memory_id'])));
}

async function arrival(deliveries: readonly Delivery[], type: string): Promise<Delivery> {
  for (let waited = 0; waited < 5_000; waited += 20) {
    const found = deliveries.find(({ body }) => (JSON.parse(body) as { type: string }).type === type);
    if (found !== undefined) return found;
    await wait(20);
  }
  throw new Error(`No ${type} arrived within 5 s`);
}
