import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPaymentIntent, retrievePaymentIntent } from '../../../src/integrations/stripe/operations/payments.ts';
import { openClient } from './call-setup.ts';

const INTENT = {
  id: 'pi_1',
  object: 'payment_intent',
  client_secret: 'pi_1_secret_x',
  status: 'requires_payment_method',
  amount: 1050,
  currency: 'usd',
  created: 1_800_000_000,
  livemode: false,
  something_new: { from: 'Stripe' },
};

interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

const sent: Sent[] = [];
const server = setupServer();

/** Answers every request to Stripe and keeps it as it was sent. */
function answer(respond: () => Response): void {
  server.use(
    http.all('https://api.stripe.com/*', async ({ request }) => {
      sent.push({
        method: request.method,
        url: request.url,
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      return respond();
    }),
  );
}

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  server.resetHandlers();
  sent.length = 0;
});
afterAll(() => server.close());

describe('requests to Stripe', () => {
  it('create a payment intent exactly so', async () => {
    answer(() => HttpResponse.json(INTENT, { headers: { 'request-id': 'req_1' } }));
    const { client, context } = openClient({ settings: { account: 'acct_1' } });
    const input = {
      amount: 1050,
      currency: 'usd',
      automatic_payment_methods: { enabled: true },
      description: 'Zoë & Co',
      metadata: { order: '1' },
    };
    const created = await client.write(createPaymentIntent, input, { reference: 'order-1' }, context());
    expect(sent).toEqual([
      {
        method: 'POST',
        url: 'https://api.stripe.com/v1/payment_intents',
        headers: {
          accept: 'application/json',
          authorization: 'Bearer sk_test_51BreakwaterTestKey0000000000000000000001',
          'content-type': 'application/x-www-form-urlencoded',
          'idempotency-key': created.idempotencyKey,
          'stripe-account': 'acct_1',
          'stripe-version': '2026-10-28.endive',
          connection: expect.any(String),
          'content-length': '222',
          host: 'api.stripe.com',
        },
        body: 'amount=1050&currency=usd&description=Zo%C3%AB%20%26%20Co&metadata[order]=1&metadata[breakwater_reference]=order-1&metadata[breakwater_key]=bw-2251186afbc6e8c5773d25d47dc9363634358207&automatic_payment_methods[enabled]=true',
      },
    ]);
    expect(created).toMatchObject({
      requestId: 'req_1',
      attempts: 1,
      replayed: false,
      data: { id: 'pi_1', amount: 1050 },
    });
    expect(created.data).not.toHaveProperty('something_new');
  });

  it('retrieve one without a key and a body', async () => {
    answer(() => HttpResponse.json(INTENT));
    const { client, context } = openClient();
    await client.read(retrievePaymentIntent, { id: 'pi_1', expand: ['latest_charge'] }, context());
    expect(sent).toMatchObject([
      { method: 'GET', url: 'https://api.stripe.com/v1/payment_intents/pi_1?expand[0]=latest_charge', body: '' },
    ]);
    expect(sent[0]?.headers).not.toHaveProperty('idempotency-key');
    expect(sent[0]?.headers).not.toHaveProperty('content-type');
  });

  it('repeat the same bytes and the same key', async () => {
    const answers = [
      () => new Response('{}', { status: 500 }),
      () => HttpResponse.json(INTENT, { headers: { 'idempotent-replayed': 'true' } }),
    ];
    answer(() => (answers.shift() ?? HttpResponse.error)());
    const { client, context } = openClient();
    const created = await client.write(
      createPaymentIntent,
      { amount: 1050, currency: 'usd' },
      { reference: 'order-1' },
      context(),
    );
    expect(created).toMatchObject({ attempts: 2, replayed: true });
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('take the key that the caller gives', async () => {
    answer(() => HttpResponse.json(INTENT));
    const { client, context } = openClient();
    await client.write(
      createPaymentIntent,
      { amount: 1050, currency: 'usd' },
      { reference: 'order-1', idempotencyKey: 'mine-1' },
      context(),
    );
    expect(sent[0]?.headers['idempotency-key']).toBe('mine-1');
  });

  it('say when the answer has another shape, and that the request was executed', async () => {
    answer(() => HttpResponse.json({ ...INTENT, amount: '10.50', status: null }));
    const { client, context } = openClient();
    const odd = { code: 'internal', outcome: 'executed', details: { fields: ['status', 'amount'] } };
    const write = () =>
      client.write(createPaymentIntent, { amount: 1050, currency: 'usd' }, { reference: 'order-1' }, context());
    await expect(write()).rejects.toMatchObject(odd);
    await expect(write()).rejects.toMatchObject(odd);
    await expect(client.read(retrievePaymentIntent, { id: 'pi_1' }, context())).rejects.toMatchObject({
      ...odd,
      outcome: 'executed',
    });
    // The repeat was answered from the ledger.
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  it('do not follow a redirect and do not begin anew after one', async () => {
    answer(() => new Response(null, { status: 302, headers: { location: 'https://example.com/' } }));
    const { client, context } = openClient();
    const write = () =>
      client.write(createPaymentIntent, { amount: 1050, currency: 'usd' }, { reference: 'order-1' }, context());
    const unknown = { code: 'outcome_unknown', outcome: 'unknown', details: { reason: 'rejected', http_status: 302 } };
    await expect(write()).rejects.toMatchObject(unknown);
    await expect(write()).rejects.toMatchObject(unknown);
    expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });
});
