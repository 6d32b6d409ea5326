import { setupServer } from 'msw/node';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mockGithub, mockSendgrid, mockSlack, mockStripe, stripeFixtures } from '../../../src/exports/mocks.ts';

const mocks = { stripe: mockStripe(), sendgrid: mockSendgrid(), slack: mockSlack(), github: mockGithub() };
const server = setupServer(...Object.values(mocks).flatMap(({ handlers }) => [...handlers]));
const stripe = new Stripe('sk_test_mocked', { maxNetworkRetries: 0, telemetry: false });

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  for (const mock of Object.values(mocks)) mock.reset();
});
afterAll(() => server.close());

const create = () => stripe.customers.create({ name: 'Ada' });

describe('mocks', () => {
  it('keep state until they are reset', async () => {
    const { id } = await create();
    await expect(stripe.customers.retrieve(id)).resolves.toMatchObject({ name: 'Ada' });
    expect(mocks.stripe.requests).toHaveLength(2);
    mocks.stripe.reset();
    await expect(stripe.customers.retrieve(id)).rejects.toMatchObject({ statusCode: 404 });
    await mocks.stripe.trigger('customer.created', { name: 'Bob' });
    expect((await stripe.customers.list()).data.map(({ name }) => name)).toEqual(['Bob']);
  });

  it('stand behind the real addresses of each service', async () => {
    const post = (url: string, authorization: string, body: object) =>
      fetch(url, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const mail = {
      personalizations: [{ to: [{ email: 'a@example.com' }] }],
      from: { email: 'b@example.com' },
      subject: 'S',
      content: [{ type: 'text/plain', value: 'T' }],
    };
    expect((await post('https://api.sendgrid.com/v3/mail/send', 'Bearer SG.x', mail)).status).toBe(202);
    expect(mocks.sendgrid.messages).toMatchObject([{ subject: 'S' }]);
    const message = { channel: 'general', text: 'Hi' };
    expect(await (await post('https://slack.com/api/chat.postMessage', 'Bearer xoxb-x', message)).json()).toMatchObject(
      {
        ok: true,
      },
    );
    const issue = await post('https://api.github.com/repos/octocat/hello-world/issues', 'token ghp_x', { title: 'T' });
    expect([issue.status, (await issue.json()) as { number: number }]).toMatchObject([201, { number: 1 }]);
    const dispatch = await post('https://api.github.com/repos/octocat/hello-world/dispatches', 'token ghp_x', {
      event_type: 'x',
    });
    expect(dispatch.status).toBe(204);
  });

  it.each([
    ['status', { kind: 'status', status: 503 }, false],
    ['rate_limit', { kind: 'rate_limit' }, false],
    ['drop', { kind: 'drop' }, false],
    ['reset_after_executing', { kind: 'reset_after_executing' }, true],
    ['bad_json', { kind: 'bad_json' }, true],
    ['wrong_length', { kind: 'wrong_length' }, true],
  ] as const)('fail with %s', async (_kind, fault, isExecuted) => {
    mocks.stripe.script([{ ...fault, path_prefix: '/v1/customers', method: 'POST', times: 2 }]);
    await expect(create()).rejects.toThrow();
    mocks.stripe.script([]);
    expect((await stripe.customers.list()).data.length > 0).toBe(isExecuted);
  });

  it.each([{ kind: 'slow_body' }, { kind: 'delay' }] as const)('answer late with $kind', async ({ kind }) => {
    mocks.stripe.script([{ kind, ms: 60 }]);
    const begin = performance.now();
    await expect(create()).resolves.toMatchObject({ name: 'Ada' });
    expect(performance.now() - begin).toBeGreaterThanOrEqual(55);
  });
});

describe('fixtures', () => {
  it('are whole objects, with what a test is about', () => {
    const intent: Stripe.PaymentIntent = stripeFixtures.paymentIntent({ amount: 4_200 });
    expect(intent).toMatchObject({ object: 'payment_intent', amount: 4_200, status: 'succeeded' });
    expect(stripeFixtures.customer().id).not.toBe(stripeFixtures.customer().id);
    expect(stripeFixtures.invoice({ status: 'open' })).toMatchObject({ object: 'invoice', status: 'open' });
    expect(stripeFixtures.subscription()).toMatchObject({ object: 'subscription', status: 'active' });
    expect(stripeFixtures.checkoutSession()).toMatchObject({ object: 'checkout.session', payment_status: 'paid' });
    expect(stripeFixtures.charge()).toMatchObject({ object: 'charge', paid: true });
    expect(stripeFixtures.refund()).toMatchObject({ object: 'refund', status: 'succeeded' });
  });
});
