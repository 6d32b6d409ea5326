import { afterEach, describe, expect, it } from 'vitest';
import { StripeClient } from '../src/clients/stripe.client.js';
import { createLogger } from '../src/utils/logger.util.js';
import type { TestServer } from './mocks/test-server.js';
import { listen } from './mocks/test-server.js';

interface Seen {
  url: string | undefined;
  key: string | string[] | undefined;
  body: string;
}

const INTENT = { id: 'pi_1', status: 'requires_payment_method', amount: 1050, currency: 'usd', client_secret: 's' };
let server: TestServer | undefined;
afterEach(() => server?.close());

async function connect(answers: { status: number; headers?: Record<string, string>; body: unknown }[]) {
  const seen: Seen[] = [];
  server = await listen((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      seen.push({ url: req.url, key: req.headers['idempotency-key'], body: Buffer.concat(chunks).toString() });
      const { status, headers = {}, body } = answers.shift() ?? { status: 200, body: INTENT };
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
  });
  const client = new StripeClient({ baseUrl: server.url, apiKey: 'x', logger: createLogger(() => {}), retryBaseMs: 1 });
  return { client, seen };
}

const NEW = { amountMinor: 1050, currency: 'usd', metadata: { reference: 'order-1' } };
const FAILED = { status: 500, body: { error: { type: 'api_error' } } };

describe('StripeClient', () => {
  it('repeats a payment under the same key', async () => {
    const { client, seen } = await connect([FAILED]);
    expect(await client.createPaymentIntent(NEW, 'key-1')).toMatchObject({ id: 'pi_1', amountMinor: 1050 });
    expect(seen.map(({ key }) => key)).toEqual(['key-1', 'key-1']);
    expect(seen[0]?.body).toBe('amount=1050&currency=usd&metadata%5Breference%5D=order-1');
  });

  it('does what Stripe says about repeats', async () => {
    const { client, seen } = await connect([{ ...FAILED, headers: { 'stripe-should-retry': 'false' } }]);
    await expect(client.createPaymentIntent(NEW, 'key-1')).rejects.toMatchObject({ retryable: false });
    expect(seen.length).toBe(1);
  });

  it('tells a decline by its code', async () => {
    const declined = {
      error: { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds', message: 'x' },
    };
    const { client } = await connect([{ status: 402, body: declined }]);
    await expect(client.createPaymentIntent(NEW, 'key-1')).rejects.toMatchObject({
      name: 'PermanentError',
      providerCode: 'insufficient_funds',
      outcome: 'not_executed',
    });
  });

  it('keeps an id inside its path', async () => {
    const { client, seen } = await connect([]);
    await client.retrievePaymentIntent('../charges');
    expect(seen[0]?.url).toBe('/v1/payment_intents/..%2Fcharges');
  });

  it('refuses an answer of another shape', async () => {
    const { client } = await connect([{ status: 200, body: [] }]);
    await expect(client.retrievePaymentIntent('pi_1')).rejects.toMatchObject({ outcome: 'executed' });
  });
});
