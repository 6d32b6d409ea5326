import { createHmac } from 'node:crypto';
import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../src/webhooks/event-log.ts';
import { configureSendGrid, SENDGRID_ENV, startSendGrid } from '../support/sendgrid-service.ts';
import { fail, succeed } from '../support/server-process.ts';
import { BEGIN_S, deliver } from '../support/stripe-events.ts';
import { configureStripe, startStripe, TEST_KEY } from '../support/stripe-service.ts';
import { connectInMemory } from './in-memory-server.ts';

const ENV = { STRIPE_SECRET_KEY: TEST_KEY, STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef' };
const PAYMENT = { amount: 1050, currency: 'usd', reference: 'order-1' };
const CARD = { payment_method: 'pm_card_visa', confirm: true };

async function connect(settings: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  const stripe = await startStripe();
  const server = await connectInMemory({ env: { ...ENV, ...env } });
  await configureStripe(server, stripe, settings);
  const create = (more: Record<string, unknown> = {}) =>
    succeed(server, 'create_payment_intent', { ...PAYMENT, ...more });
  const posts = () => stripe.requests.filter(({ method }) => method === 'POST');
  /** Sends an event to the listener, as Stripe does. */
  const post = async ({ body }: LoggedEvent): Promise<number> => {
    const { url } = await succeed(server, 'webhook_listener', { action: 'status' });
    const t = Math.floor(Date.now() / 1000);
    const v1 = createHmac('sha256', ENV.STRIPE_WEBHOOK_SECRET).update(`${t}.`).update(body).digest('hex');
    const headers = { 'stripe-signature': `t=${t},v1=${v1}`, 'content-type': 'application/json' };
    return (await fetch(`${url}/stripe`, { method: 'POST', headers, body: body.toString() })).status;
  };
  return { ...server, stripe, create, posts, post };
}

const parse = ({ contents }: ReadResourceResult) => JSON.parse((contents[0] as { text: string }).text);

describe('a dry run', () => {
  it('shows the request with the key that the real one has', async () => {
    const { create, posts } = await connect();
    const dry = await create({ dry_run: true });
    expect(posts()).toEqual([]);
    expect(dry).toMatchObject({
      status: 'dry_run',
      request: {
        headers: { authorization: 'Bearer [redacted]', 'idempotency-key': dry['idempotency_key'] },
        body: expect.stringContaining('metadata[breakwater_reference]=order-1'),
      },
    });
    expect((await create())['idempotency_key']).toBe(dry['idempotency_key']);
  });
});

describe('retrieve_payment_intent', () => {
  it('shows fields whole on request', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create(CARD);
    const plain = await succeed(server, 'retrieve_payment_intent', { payment_intent_id });
    expect(plain).not.toHaveProperty('expanded');
    const whole = await succeed(server, 'retrieve_payment_intent', { payment_intent_id, expand: ['latest_charge'] });
    expect(whole).toMatchObject({
      latest_charge: plain['latest_charge'],
      expanded: { latest_charge: { id: plain['latest_charge'], object: 'charge', amount: 1050 } },
      ledger: { known: true },
    });
    const refused = await fail(server, 'retrieve_payment_intent', { payment_intent_id, expand: ['nope'] });
    expect(refused).toMatchObject({ code: 'rejected' });
  });
});

describe('update_payment_intent', () => {
  it('captures once, and a repeat is answered without a request', async () => {
    const server = await connect();
    const { create, posts } = server;
    const { payment_intent_id } = await create({ ...CARD, capture_method: 'manual' });
    const capture = { payment_intent_id, action: 'capture', amount: 800 };
    expect(await succeed(server, 'update_payment_intent', capture)).toMatchObject({
      status: 'succeeded',
      replayed: false,
    });
    const sent = server.stripe.requests.length;
    expect(await succeed(server, 'update_payment_intent', capture)).toMatchObject({
      status: 'succeeded',
      replayed: true,
    });
    expect(server.stripe.requests).toHaveLength(sent);
    expect(posts()).toHaveLength(2);
  });

  it('is executed once although every answer is lost, and says so', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create({ ...CARD, capture_method: 'manual' });
    server.stripe.script([{ kind: 'reset_after_executing', method: 'POST', times: 3 }]);
    const capture = { payment_intent_id, action: 'capture' };
    expect(await fail(server, 'update_payment_intent', capture)).toMatchObject({ outcome: 'unknown' });
    expect(await succeed(server, 'update_payment_intent', capture)).toMatchObject({
      status: 'succeeded',
      replayed: true,
    });
    expect(
      new Set(
        server
          .posts()
          .slice(1)
          .map(({ idempotencyKey }) => idempotencyKey),
      ).size,
    ).toBe(1);
  });

  it('keeps a decline as the answer, and tries again under a new key', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create();
    const confirm = { payment_intent_id, action: 'confirm', return_url: 'https://shop.example/done' };
    const declined = { ...confirm, payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' };
    const first = await succeed(server, 'update_payment_intent', declined);
    expect(first).toMatchObject({ declined: { decline_code: 'insufficient_funds' }, replayed: false });
    expect(await succeed(server, 'update_payment_intent', declined)).toEqual({ ...first, replayed: true });
    const again = await succeed(server, 'update_payment_intent', { ...declined, idempotency_key: 'second-attempt' });
    expect(again).toMatchObject({ replayed: false, idempotency_key: 'second-attempt' });
    const paid = await succeed(server, 'update_payment_intent', { ...confirm, payment_method: 'pm_card_visa' });
    expect(paid).toMatchObject({ status: 'succeeded', replayed: false });
  });

  it('cancels, and refuses arguments of another action', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create();
    expect(
      await fail(server, 'update_payment_intent', { payment_intent_id, action: 'cancel', amount: 5 }),
    ).toMatchObject({
      code: 'invalid_input',
      message: 'amount belongs to action "capture".',
    });
    expect(await succeed(server, 'update_payment_intent', { payment_intent_id, action: 'cancel' })).toMatchObject({
      status: 'canceled',
    });
    expect(await fail(server, 'update_payment_intent', { payment_intent_id, action: 'capture' })).toMatchObject({
      code: 'rejected',
      outcome: 'not_executed',
    });
  });

  it('is held by the cap on amounts, also for an intent that was made elsewhere', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create({ ...CARD, amount: 9000, capture_method: 'manual' });
    await succeed(server, 'configure_integration', { service: 'stripe', caps: { max_amount: 5000 } });
    const capture = { payment_intent_id, action: 'capture' };
    expect(await fail(server, 'update_payment_intent', capture)).toMatchObject({
      code: 'not_allowed',
      message: expect.stringContaining('9000 is above the cap of 5000'),
    });
    expect(await succeed(server, 'update_payment_intent', { ...capture, amount: 5000 })).toMatchObject({
      status: 'succeeded',
    });
  });
});

describe('call_api under a cap on amounts', () => {
  it.each([
    [{ operation: 'confirmPaymentIntent', params: { payment_method: 'pm_card_visa' } }],
    [{ operation: 'createRefund', params: {} }],
    [{ method: 'POST', path: '/v1/charges', params: { amount: '999999', currency: 'usd', source: 'tok_visa' } }],
    [{ operation: 'createCheckoutSession', params: { mode: 'payment', success_url: 'https://shop.example' } }],
  ])('moves nothing of which the amount is not known (%j)', async (call) => {
    const server = await connect({ caps: { max_amount: 5000 } });
    const { payment_intent_id: id } = await server.create();
    const before = server.posts().length;
    const params = {
      ...call.params,
      ...('operation' in call && call.operation === 'confirmPaymentIntent' ? { id } : { payment_intent: id }),
    };
    expect(await fail(server, 'call_api', { integration: 'stripe', ...call, params })).toMatchObject({
      code: 'not_allowed',
    });
    expect(server.posts()).toHaveLength(before);
    const harmless = { integration: 'stripe', operation: 'createCustomer', params: { name: 'Ada' } };
    await succeed(server, 'call_api', harmless);
  });
});

describe('refund_payment', () => {
  it('refunds in parts, each reference once, and never more than was paid', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create(CARD);
    const refund = (more: Record<string, unknown>) => ({ payment_intent_id, ...more });
    const first = await succeed(server, 'refund_payment', refund({ reference: 'return-1', amount: 300 }));
    expect(first).toMatchObject({ status: 'succeeded', amount_display: '3.00 USD', replayed: false });
    expect(await succeed(server, 'refund_payment', refund({ reference: 'return-1', amount: 300 }))).toEqual({
      ...first,
      replayed: true,
    });
    expect(await fail(server, 'refund_payment', refund({ reference: 'return-1', amount: 400 }))).toMatchObject({
      code: 'conflict',
      details: { differences: [{ argument: 'amount', before: 300, now: 400 }], answer_id: first['refund_id'] },
    });
    expect(await fail(server, 'refund_payment', refund({ reference: 'return-2', amount: 300 }))).toMatchObject({
      code: 'conflict',
      details: { reference: 'return-1' },
    });
    expect(await fail(server, 'refund_payment', refund({ reference: 'return-2', amount: 800 }))).toMatchObject({
      code: 'rejected',
      outcome: 'not_executed',
    });
    expect(await succeed(server, 'refund_payment', refund({ reference: 'return-2' }))).toMatchObject({
      amount_display: '7.50 USD',
    });
    const view = await succeed(server, 'retrieve_payment_intent', { payment_intent_id });
    expect(view).toMatchObject({ ledger: { refunded: 1050 } });
    expect((view['ledger'] as { requests: object[] }).requests).toMatchObject([
      { operation: 'createPaymentIntent', state: 'executed' },
      { operation: 'createRefund', reference: 'return-1', state: 'executed' },
      { operation: 'createRefund', reference: 'return-2', state: 'executed' },
    ]);
  });

  it('is held by the cap on amounts, also when it names none', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create({ ...CARD, amount: 9000 });
    await succeed(server, 'configure_integration', { service: 'stripe', caps: { max_amount: 5000 } });
    const all = { payment_intent_id, reference: 'return-1' };
    expect(await fail(server, 'refund_payment', all)).toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
    expect(await succeed(server, 'refund_payment', { ...all, amount: 5000 })).toMatchObject({ status: 'succeeded' });
  });

  it('needs no other operation to be allowed than the refund itself', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create(CARD);
    await succeed(server, 'configure_integration', { service: 'stripe', allow: ['createRefund'] });
    const refund = { payment_intent_id, reference: 'return-1', amount: 300 };
    expect(await succeed(server, 'refund_payment', refund)).toMatchObject({ status: 'succeeded' });
    expect(await fail(server, 'retrieve_payment_intent', { payment_intent_id })).toMatchObject({ code: 'not_allowed' });
    await succeed(server, 'configure_integration', { service: 'stripe', allow: null });
    expect(await succeed(server, 'retrieve_payment_intent', { payment_intent_id })).toMatchObject({ amount: 1050 });
  });

  it('knows the currency of the payment', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create({ ...CARD, amount: 5000, currency: 'kwd' });
    const odd = { payment_intent_id, reference: 'return-1', amount: 1005 };
    expect(await fail(server, 'refund_payment', odd)).toMatchObject({
      code: 'invalid_input',
      message: 'Amounts in KWD must end in 0.',
    });
    expect(await succeed(server, 'refund_payment', { ...odd, amount: 1010 })).toMatchObject({
      amount_display: '1.010 KWD',
    });
  });

  it('is executed once although every answer is lost', async () => {
    const server = await connect();
    const { payment_intent_id } = await server.create(CARD);
    server.stripe.script([{ kind: 'reset_after_executing', method: 'POST', times: 3 }]);
    const refund = { payment_intent_id, reference: 'return-1', amount: 300 };
    expect(await fail(server, 'refund_payment', refund)).toMatchObject({ outcome: 'unknown' });
    expect(await succeed(server, 'refund_payment', refund)).toMatchObject({ replayed: true });
    expect(await succeed(server, 'refund_payment', { payment_intent_id, reference: 'rest' })).toMatchObject({
      amount_display: '7.50 USD',
    });
  });
});

describe('events', () => {
  it('show in the payment, whose subscribers learn of them', async () => {
    const server = await connect({ settings: { on: { 'payment_intent.succeeded': 'memory' } } });
    const { payment_intent_id: id } = await server.create();
    const uri = `payment://${id}`;
    const updated: string[] = [];
    server.client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void updated.push(params.uri),
    );
    await server.client.subscribeResource({ uri });
    const created = Math.floor(Date.now() / 1000) + 5;
    const succeeded = deliver('payment_intent.succeeded', { created, object: { id, amount: 1050 } });
    await succeed(server, 'webhook_listener', { action: 'start', port: 0 });
    expect([await server.post(succeeded), await server.post(succeeded)]).toEqual([200, 200]);
    await expect.poll(() => updated).toEqual([uri]);
    // The simulator knows nothing of that event: the two views differ.
    expect(parse(await server.client.readResource({ uri }))).toMatchObject({
      stripe: {
        status: 'requires_payment_method',
        disagreements: ['status: Stripe says requires_payment_method, our ledger last saw succeeded'],
      },
      ledger: {
        status: 'succeeded',
        reference: 'order-1',
        requests: [{ operation: 'createPaymentIntent' }],
        events: [{ type: 'payment_intent.succeeded', effect: `${id} succeeded, 10.50 USD`, hooks: { memory: 'done' } }],
      },
    });
    const found = await succeed(server, 'search_memories', { query: 'succeeded', tags: ['payments'] });
    expect(found).toMatchObject({
      count: 1,
      results: [{ summary: `payment_intent.succeeded: ${id} succeeded, 10.50 USD` }],
    });
  });

  it('tell a person by mail, once, where the settings say so', async () => {
    const on_mail = { from: 'shop@example.com', to: 'owner@example.com' };
    const on = { 'payment_intent.succeeded': ['memory', 'mail'], 'payment_intent.canceled': 'mail' };
    const server = await connect({ settings: { on, on_mail } }, SENDGRID_ENV);
    const sendgrid = await startSendGrid();
    await configureSendGrid(server, sendgrid);
    await succeed(server, 'webhook_listener', { action: 'start', port: 0 });
    const { payment_intent_id: id } = await server.create();
    const succeeded = deliver('payment_intent.succeeded', { object: { id, amount: 1050 } });
    await server.post(succeeded);
    await server.post(succeeded);
    await expect.poll(() => sendgrid.mails.length).toBe(1);
    expect(sendgrid.mails[0]).toMatchObject({
      from: { email: 'shop@example.com' },
      subject: `payment_intent.succeeded: ${id} succeeded, 10.50 USD`,
    });
    await expect
      .poll(async () => (await succeed(server, 'list_webhook_events', { include: ['attempts'] }))['events'])
      .toMatchObject([{ status: 'processed', duplicates: 1 }]);
    expect(await succeed(server, 'search_memories', { query: 'succeeded', tags: ['payments'] })).toMatchObject({
      count: 1,
    });
  });

  it('are done all the same where the mail cannot be sent, which the log tells', async () => {
    const server = await connect({ settings: { on: { 'payment_intent.succeeded': 'mail' } } });
    await succeed(server, 'webhook_listener', { action: 'start', port: 0 });
    await server.post(deliver('payment_intent.succeeded', { object: { id: 'pi_1', amount: 1050 } }));
    await expect.poll(() => server.warnings.join()).toContain('settings.on_mail');
    await expect
      .poll(async () => (await succeed(server, 'list_webhook_events', {}))['events'])
      .toMatchObject([{ status: 'processed' }]);
  });

  it('show in the subscription, also while Stripe does not know it', async () => {
    const server = await connect();
    await succeed(server, 'webhook_listener', { action: 'start', port: 0 });
    await server.post(deliver('customer.subscription.created', { object: { id: 'sub_1' } }));
    const paid = { id: 'in_1', parent: { subscription_details: { subscription: 'sub_1' } } };
    await server.post(deliver('invoice.paid', { created: BEGIN_S + 1, object: paid }));
    const applied = async () =>
      parse(await server.client.readResource({ uri: 'subscription://sub_1' })).ledger.events.length;
    await expect.poll(() => applied().catch(() => 0)).toBe(2);
    const { resources } = await server.client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain('subscription://sub_1');
    expect(parse(await server.client.readResource({ uri: 'subscription://sub_1' }))).toMatchObject({
      stripe: { unavailable: 'not_found' },
      ledger: {
        status: 'active',
        current_period_end: new Date((BEGIN_S + 30 * 86_400) * 1000).toISOString(),
        invoices: [{ invoice_id: 'in_1', state: 'paid', amount_display: '19.99 USD' }],
        events: [{ type: 'customer.subscription.created' }, { type: 'invoice.paid' }],
      },
    });
    await expect(server.client.readResource({ uri: 'subscription://sub_2' })).rejects.toThrow('No event has told');
    await expect(server.client.readResource({ uri: 'payment://pi_nope' })).rejects.toThrow('No payment of that id');
  });
});
