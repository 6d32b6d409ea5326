import { connectInMemory } from '../e2e/in-memory-server.ts';
import { answer, startService } from '../support/loopback-service.ts';
import { configureSendGrid, startSendGrid } from '../support/sendgrid-service.ts';
import { succeed } from '../support/server-process.ts';
import { configureStripe, startStripe, TEST_KEY } from '../support/stripe-service.ts';

const ENV = {
  STRIPE_SECRET_KEY: TEST_KEY,
  STRIPE_WEBHOOK_SECRET: 'whsec_fuzz0123456789abcdef',
  SENDGRID_API_KEY: `SG.${'f'.repeat(22)}.${'z'.repeat(43)}`,
};
export const SECRETS = Object.values(ENV);

/** A server with something of everything, the names under which it knows it, and for each tool a call that is right. */
export async function filledServer() {
  const stripe = await startStripe();
  const server = await connectInMemory({ env: ENV });
  await configureStripe(server, stripe, { timeout_ms: 500, deadline_ms: 1_000 });
  const { memory_id } = await succeed(server, 'store_memory', { content: 'A memory to be fuzzed' });
  const other = await succeed(server, 'store_memory', { content: 'What it leads to' });
  const { payment_intent_id } = await succeed(server, 'create_payment_intent', {
    amount: 1050,
    currency: 'usd',
    reference: 'order-1',
    confirm: true,
    payment_method: 'pm_card_visa',
  });
  const unpaid = await succeed(server, 'create_payment_intent', { amount: 900, currency: 'usd', reference: 'order-2' });
  await configureSendGrid(server, await startSendGrid());
  const handler = await startService(answer(200));
  const known = {
    integration: ['stripe'],
    service: ['stripe', 'sendgrid', 'github', 'custom'],
    // Never an address outside of this machine.
    base_url: [stripe.url, 'http://127.0.0.1:9/'],
    to: [handler.url.href, 'http://127.0.0.1:9/hooks', ['ada@example.com']],
    state_url: ['http://127.0.0.1:9/state'],
    url: ['http://127.0.0.1:9/hooks'],
    provider: ['stripe', 'github', 'slack', 'twilio', 'sendgrid', 'standard-webhooks'],
    operation: ['listCustomers', 'createCustomer', 'listPaymentIntents'],
    path: ['/v1/customers', '/v1/payment_intents', '.', '/stripe'],
    secret_env: ['STRIPE_WEBHOOK_SECRET', 'STRIPE_SECRET_KEY', 'NOT_SET'],
    memory_id: [memory_id],
    from_memory_id: [memory_id],
    to_memory_id: [memory_id],
    supersedes: [memory_id],
    payment_intent_id: [payment_intent_id],
    currency: ['usd', 'jpy', 'xyz'],
    event_type: ['payment_intent.succeeded'],
    from: ['shop@example.com'],
    subject: ['Receipt'],
    text: ['Thank you'],
    examples: [['payment_intent.succeeded']],
    headers: [{ 'stripe-signature': 't=1,v1=00' }],
    body: ['{}', '{"id":"evt_1"}'],
    params: [{}, { email: 'ada@example.com' }],
    amount: [1, 1050],
    since: ['2026-01-01T00:00:00Z', 'P1D'],
    query: ['memory', 'fuzz*', '"'],
    port: [0],
  };
  const right: Readonly<Record<string, Record<string, unknown>>> = {
    configure_integration: { service: 'stripe', base_url: stripe.url, timeout_ms: 500, deadline_ms: 1_000 },
    read_api: { integration: 'stripe', operation: 'listCustomers' },
    call_api: { integration: 'stripe', operation: 'createCustomer', reference: 'ada', allow_duplicate: true },
    create_payment_intent: { amount: 1050, currency: 'usd', reference: 'order-3', allow_duplicate: true },
    retrieve_payment_intent: { payment_intent_id },
    update_payment_intent: { payment_intent_id: unpaid['payment_intent_id'], action: 'cancel' },
    refund_payment: { payment_intent_id, reference: 'return-1', amount: 1, allow_duplicate: true },
    send_email: { from: 'shop@example.com', to: ['ada@example.com'], subject: 's', text: 't', reference: 'receipt-1' },
    control_breaker: { integration: 'stripe', action: 'reset', reason: 'fuzz' },
    verify_webhook: { provider: 'stripe', headers: { 'stripe-signature': 't=1,v1=00' }, body: '{}' },
    sign_webhook: { provider: 'stripe', event_type: 'invoice.paid', secret_env: 'STRIPE_WEBHOOK_SECRET' },
    webhook_listener: { action: 'start', port: 0 },
    replay_webhook: { provider: 'stripe', examples: ['payment_intent.succeeded'], to: handler.url.href },
    simulate_service: { service: 'slack', action: 'start' },
    scaffold_integration: { service: 'stripe', parts: ['service'], dry_run: true },
    check_integration: { path: '.' },
    store_memory: { content: 'Another memory' },
    search_memories: { query: 'memory' },
    get_memory: { memory_id },
    update_memory: { memory_id, importance: 7 },
    delete_memory: { memory_id: other['memory_id'] },
    link_memories: { from_memory_id: memory_id, to_memory_id: other['memory_id'], relationship_type: 'relates_to' },
  };
  return { server, known, right };
}
