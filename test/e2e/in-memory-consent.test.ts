import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IS_STATELESS } from '../support/era.ts';
import { fail, succeed } from '../support/server-process.ts';
import { LIVE_KEY } from '../support/stripe-service.ts';
import type { InMemoryOptions } from './in-memory-server.ts';
import { connectInMemory } from './in-memory-server.ts';

const PAYMENT = { amount: 1050, currency: 'usd', reference: 'order-1' };

let sent = 0;
const server = setupServer(
  http.post('https://api.stripe.com/v1/payment_intents', () => {
    sent += 1;
    return HttpResponse.json({
      id: 'pi_live',
      status: 'succeeded',
      amount: 1050,
      currency: 'usd',
      created: 1,
      livemode: true,
    });
  }),
);

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  sent = 0;
});
afterAll(() => server.close());

async function connectLive(options: InMemoryOptions = {}) {
  const connected = await connectInMemory({ env: { STRIPE_SECRET_KEY: LIVE_KEY }, allowLive: true, ...options });
  await succeed(connected, 'configure_integration', { service: 'stripe', mode: 'live' });
  return connected;
}

describe('a person at a client that can ask', () => {
  // An empty object means forms: the specification of 2025-06-18 knew no other way.
  it.each([{ form: {} }, {}, { form: {}, url: {} }])('is asked and accepts (%j)', async (elicitation) => {
    const asked: string[] = [];
    const elicit = (message: string): ElicitResult => {
      asked.push(message);
      return { action: 'accept', content: {} };
    };
    const connected = await connectLive({ capabilities: { elicitation }, elicit });
    expect(await succeed(connected, 'create_payment_intent', PAYMENT)).toMatchObject({ payment_intent_id: 'pi_live' });
    expect(asked).toEqual([expect.stringMatching(/LIVE mode, reference "order-1": .*1050/)]);
    expect(sent).toBe(1);
  });

  it.each(['decline', 'cancel'] as const)('is obeyed when the answer is %s', async (action) => {
    const connected = await connectLive({ capabilities: { elicitation: {} }, elicit: () => ({ action }) });
    const refused = await fail(connected, 'create_payment_intent', PAYMENT);
    expect(refused).toMatchObject({
      code: 'not_allowed',
      outcome: 'not_executed',
      message: expect.stringContaining(`(${action})`),
    });
    expect(refused).not.toHaveProperty('details');
    expect(sent).toBe(0);
  });

  // In the stateless protocol the client asks between two calls of its own: the server waits for nothing.
  it.skipIf(IS_STATELESS)('has not agreed when the client fails to ask', async () => {
    const connected = await connectLive({
      capabilities: { elicitation: {} },
      elicit: () => {
        throw new Error('There is no screen.');
      },
    });
    const refused = await fail(connected, 'create_payment_intent', PAYMENT);
    expect(refused).toMatchObject({ code: 'not_allowed', outcome: 'not_executed' });
    expect(connected.warnings).toEqual([expect.stringContaining('There is no screen.')]);
    expect(sent).toBe(0);
  });

  it.skipIf(IS_STATELESS)('who is being asked when the server stops has not agreed', async () => {
    let isAsked = false;
    const connected = await connectLive({
      capabilities: { elicitation: {} },
      elicit: () => {
        isAsked = true;
        return new Promise<ElicitResult>(() => {});
      },
    });
    const call = connected.call('create_payment_intent', PAYMENT);
    await expect.poll(() => isAsked, { interval: 5 }).toBe(true);
    await connected.edge.drain();
    expect((await call).body).toMatchObject({ code: 'cancelled', outcome: 'not_executed' });
    expect(sent).toBe(0);
  });
});

describe('a client that cannot ask', () => {
  it.each([{}, { elicitation: { url: {} } }])('gets a token for a second look (%j)', async (capabilities) => {
    const connected = await connectLive({ capabilities });
    const refused = await fail(connected, 'create_payment_intent', PAYMENT);
    expect(refused).toMatchObject({ code: 'not_allowed', details: { confirm_token: expect.any(String) } });
    const confirm_token = (refused['details'] as { confirm_token: string }).confirm_token;
    expect(await fail(connected, 'create_payment_intent', { ...PAYMENT, amount: 1051, confirm_token })).toMatchObject({
      code: 'not_allowed',
    });
    expect(sent).toBe(0);
    expect(await succeed(connected, 'create_payment_intent', { ...PAYMENT, confirm_token })).toMatchObject({
      payment_intent_id: 'pi_live',
    });
    expect(sent).toBe(1);
  });
});
