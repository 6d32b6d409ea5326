import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallContext } from '../../../src/integrations/sender.ts';
import { createPaymentIntent, retrievePaymentIntent } from '../../../src/integrations/stripe/operations/payments.ts';
import type { Elicit } from '../../../src/tools/confirmation.ts';
import { Confirmations } from '../../../src/tools/confirmation.ts';
import { LIVE_KEY } from '../../support/stripe-service.ts';
import type { ClientOptions } from './call-setup.ts';
import { openClient } from './call-setup.ts';

const INPUT = { amount: 1050, currency: 'usd' };
const ORDER = { reference: 'order-1' };

const sent: { method: string; authorization: string | null }[] = [];
const intent = { id: 'pi_live', status: 'succeeded', ...INPUT, created: 1_800_000_000, livemode: true };
const server = setupServer(
  http.all('https://api.stripe.com/*', ({ request }) => {
    sent.push({ method: request.method, authorization: request.headers.get('authorization') });
    return HttpResponse.json(intent);
  }),
);

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => void sent.splice(0));
afterAll(() => server.close());

/** A client in live mode with the key that belongs there. */
function openLive(options: ClientOptions = { allowLive: true }) {
  return openClient({ mode: 'live', secretEnvs: { api_key: 'STRIPE_LIVE_KEY' } }, options);
}

/** Consent as the server asks for it. */
function consent(
  confirmations: Confirmations,
  elicit: Elicit | undefined,
  token?: string,
): Pick<CallContext, 'confirm'> {
  return { confirm: (message, subject) => confirmations.confirm({ message, subject, token }, elicit) };
}

describe('live mode', () => {
  it('is locked without the consent of a person: nobody is asked and nothing is sent', async () => {
    const { client, context } = openLive({ allowLive: false });
    const locked = {
      code: 'not_allowed',
      outcome: 'not_executed',
      hint: expect.stringContaining('BREAKWATER_ALLOW_LIVE=1'),
    };
    await expect(client.write(createPaymentIntent, INPUT, ORDER, context())).rejects.toMatchObject(locked);
    await expect(client.read(retrievePaymentIntent, { id: 'pi_1' }, context())).rejects.toMatchObject(locked);
    expect(sent).toEqual([]);
  });

  it('takes no live key in test mode, whatever the consent', async () => {
    const { client, context } = openClient({ secretEnvs: { api_key: 'STRIPE_LIVE_KEY' } }, { allowLive: true });
    const refused = { code: 'not_allowed', details: { variable: 'STRIPE_LIVE_KEY' } };
    await expect(client.write(createPaymentIntent, INPUT, ORDER, context())).rejects.toMatchObject(refused);
    await expect(client.read(retrievePaymentIntent, { id: 'pi_1' }, context())).rejects.toMatchObject(refused);
    expect(sent).toEqual([]);
  });

  it('refuses loopback at the moment of sending too', async () => {
    const { client, context } = openClient(
      { mode: 'live', baseUrl: 'http://127.0.0.1:9', secretEnvs: { api_key: 'STRIPE_LIVE_KEY' } },
      { allowLive: true },
    );
    const read = client.read(retrievePaymentIntent, { id: 'pi_1' }, context());
    await expect(read).rejects.toMatchObject({ code: 'not_allowed', message: expect.stringContaining('loopback') });
  });

  it('reads without asking', async () => {
    const { client, context } = openLive();
    await client.read(retrievePaymentIntent, { id: 'pi_live' }, context());
    expect(sent).toEqual([{ method: 'GET', authorization: `Bearer ${LIVE_KEY}` }]);
  });
});

describe('a live write at a client that can ask', () => {
  it('is sent when the person accepts, who sees what is about to happen', async () => {
    const { client, context, clock } = openLive();
    const asked: string[] = [];
    const accept: Elicit = async ({ message }) => {
      asked.push(message);
      expect(sent).toEqual([]);
      return 'accept';
    };
    const confirm = consent(new Confirmations(clock), accept);
    expect(await client.write(createPaymentIntent, INPUT, ORDER, context(confirm))).toMatchObject({
      data: { id: 'pi_live' },
    });
    expect(asked).toEqual([
      'createPaymentIntent at Stripe in LIVE mode, reference "order-1": {"amount":1050,"currency":"usd"}',
    ]);
    expect(sent).toHaveLength(1);
  });

  it.each([
    'decline',
    'cancel',
  ] as const)('is not sent on %s, not even with a valid token, and leaves nothing behind', async (action) => {
    const { client, context, clock, ledger } = openLive();
    const confirmations = new Confirmations(clock);
    const refusal = await client
      .write(createPaymentIntent, INPUT, ORDER, context(consent(confirmations, undefined)))
      .catch((thrown) => thrown);
    const token = refusal.details.confirm_token;
    const confirm = consent(confirmations, async () => action, token);
    await expect(client.write(createPaymentIntent, INPUT, ORDER, context(confirm))).rejects.toMatchObject({
      code: 'not_allowed',
      outcome: 'not_executed',
      message: `The person did not agree (${action}). Nothing was sent.`,
      details: undefined,
    });
    expect(sent).toEqual([]);
    const accepted = consent(confirmations, async () => 'accept');
    expect(await client.write(createPaymentIntent, INPUT, ORDER, context(accepted))).toMatchObject({ replayed: false });
    expect(await ledger.findAbout('/projects/shop', 'pi_live')).toHaveLength(1);
  });
});

describe('a live write whose answer is known', () => {
  it('is answered without asking anybody, and other arguments are a conflict that asks nobody either', async () => {
    const { client, context, clock } = openLive();
    const accept = consent(new Confirmations(clock), async () => 'accept');
    await client.write(createPaymentIntent, INPUT, ORDER, context(accept));
    const repeat = await client.write(createPaymentIntent, INPUT, ORDER, context());
    expect(repeat).toMatchObject({ replayed: true, data: { id: 'pi_live' } });
    await expect(client.write(createPaymentIntent, { ...INPUT, amount: 9 }, ORDER, context())).rejects.toMatchObject({
      code: 'conflict',
      details: { differences: [{ argument: 'amount' }] },
    });
    expect(sent).toHaveLength(1);
  });

  it('names the money first when a person is asked', async () => {
    const { client, context } = openLive();
    const asked: string[] = [];
    const confirm = async (message: string) => void asked.push(message);
    await client.write(createPaymentIntent, INPUT, { ...ORDER, about: '10.50 USD' }, context({ confirm }));
    expect(asked).toEqual([expect.stringMatching(/^10\.50 USD: createPaymentIntent at Stripe in LIVE mode/)]);
  });
});

describe('a live write at a client that cannot ask', () => {
  async function refuse() {
    const setup = openLive();
    const confirmations = new Confirmations(setup.clock);
    const write = (token?: string, input = INPUT, options: Parameters<typeof setup.client.write>[2] = ORDER) =>
      setup.client.write(createPaymentIntent, input, options, setup.context(consent(confirmations, undefined, token)));
    const refusal = await write().catch((thrown) => thrown);
    expect(refusal).toMatchObject({
      code: 'not_allowed',
      outcome: 'not_executed',
      message: expect.stringContaining('LIVE mode'),
    });
    expect(sent).toEqual([]);
    return { ...setup, write, token: String(refusal.details.confirm_token) };
  }

  it('is sent with the token of the refusal', async () => {
    const { write, token } = await refuse();
    expect(await write(token)).toMatchObject({ data: { id: 'pi_live' } });
    expect(sent).toHaveLength(1);
  });

  it('is not sent with the token for anything else', async () => {
    const { write, token } = await refuse();
    const others: readonly (readonly [typeof INPUT, Parameters<typeof write>[2]])[] = [
      [{ ...INPUT, amount: 1051 }, ORDER],
      [{ ...INPUT, currency: 'eur' }, ORDER],
      [INPUT, { reference: 'order-2' }],
      [INPUT, { ...ORDER, allowDuplicate: true }],
      [INPUT, { ...ORDER, idempotencyKey: 'another' }],
    ];
    for (const [input, options] of others) {
      await expect(write(token, input, options)).rejects.toMatchObject({
        code: 'not_allowed',
        details: { problem: expect.stringContaining('other arguments') },
      });
    }
    expect(sent).toEqual([]);
  });

  it('is not sent after five minutes, nor with the token of another process', async () => {
    const { write, token, clock, client, context } = await refuse();
    const stranger = context(consent(new Confirmations(clock), undefined, token));
    await expect(client.write(createPaymentIntent, INPUT, ORDER, stranger)).rejects.toMatchObject({
      code: 'not_allowed',
    });
    clock.shiftMs += 5 * 60_000 + 1;
    await expect(write(token)).rejects.toMatchObject({ code: 'not_allowed' });
    expect(sent).toEqual([]);
  });
});
