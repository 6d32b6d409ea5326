import { expect, it } from 'vitest';
import { fail, startServer, succeed, temporaryFolder } from '../support/server-process.ts';
import { configureStripe, intentsAt, startStripe, TEST_KEY } from '../support/stripe-service.ts';

const ENV = { STRIPE_SECRET_KEY: TEST_KEY };
const PAYMENT = { amount: 1050, currency: 'usd', reference: 'order-1' };
const RESET = { kind: 'reset_after_executing', method: 'POST', path_prefix: '/v1/payment_intents' } as const;

it('charges once when the connection breaks after execution and the server restarts three times', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe();
  stripe.script([{ ...RESET, times: 10_000 }]);
  const first = await startServer(folder, ENV);
  await configureStripe(first, stripe, { breaker: { failure_threshold: 1000 } });
  const lost = await fail(first, 'create_payment_intent', PAYMENT);
  expect(lost).toMatchObject({ code: 'outcome_unknown', outcome: 'unknown', retryable: false });
  expect(lost['hint']).toContain('same reference');

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const server = await startServer(folder, ENV);
    expect(await fail(server, 'create_payment_intent', PAYMENT)).toMatchObject({ outcome: 'unknown' });
    server.transport.child.kill(signal);
    await server.transport.exited;
  }

  stripe.script([]);
  const last = await startServer(folder, ENV);
  const paid = await succeed(last, 'create_payment_intent', PAYMENT);
  expect(paid).toMatchObject({ replayed: true, amount: 1050, amount_display: '10.50 USD' });
  const intents = await intentsAt(stripe);
  expect(intents.map(({ id }) => id)).toEqual([paid['payment_intent_id']]);
  const keys = new Set(
    stripe.requests.filter(({ method }) => method === 'POST').map(({ idempotencyKey }) => idempotencyKey),
  );
  expect([...keys]).toEqual([paid['idempotency_key']]);
});

it('continues at once with the same key when the process was killed while it sent', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe();
  const first = await startServer(folder, ENV);
  await configureStripe(first, stripe);
  stripe.script([{ kind: 'delay', ms: 2_000, method: 'POST', path_prefix: '/v1/payment_intents' }]);
  const unanswered = first.call('create_payment_intent', PAYMENT).catch(() => 'connection lost');
  await expect.poll(() => stripe.requests.some(({ method }) => method === 'POST')).toBe(true);
  first.transport.child.kill('SIGKILL');
  expect(await unanswered).toBe('connection lost');

  const second = await startServer(folder, ENV);
  const paid = await succeed(second, 'create_payment_intent', PAYMENT);
  expect(await intentsAt(stripe)).toHaveLength(1);
  expect(paid).toMatchObject({ status: 'requires_payment_method' });
});

it('answers a repeat from the ledger without a request', async () => {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe);
  const paid = await succeed(server, 'create_payment_intent', PAYMENT);
  expect(paid).toMatchObject({ replayed: false, attempts: 1 });
  const sent = stripe.requests.length;
  const again = await succeed(server, 'create_payment_intent', { ...PAYMENT, currency: 'USD' });
  expect(again).toEqual({ ...paid, replayed: true, attempts: 0 });
  expect(stripe.requests).toHaveLength(sent);
});

it('shows the difference when the reference was used with other arguments', async () => {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe);
  const paid = await succeed(server, 'create_payment_intent', PAYMENT);
  const conflict = await fail(server, 'create_payment_intent', { ...PAYMENT, amount: 2000 });
  expect(conflict).toMatchObject({
    code: 'conflict',
    outcome: 'not_executed',
    details: {
      differences: [{ argument: 'amount', before: 1050, now: 2000 }],
      answer_id: paid['payment_intent_id'],
    },
  });
  expect(await intentsAt(stripe)).toHaveLength(1);
});

it('asks before the same arguments are used under a new reference', async () => {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe);
  await succeed(server, 'create_payment_intent', PAYMENT);
  const twin = await fail(server, 'create_payment_intent', { ...PAYMENT, reference: 'order-2' });
  expect(twin).toMatchObject({ code: 'conflict', details: { reference: 'order-1' } });
  await succeed(server, 'create_payment_intent', { ...PAYMENT, reference: 'order-2', allow_duplicate: true });
  expect(await intentsAt(stripe)).toHaveLength(2);
});

it('makes one request for two processes that ask at the same moment', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe({ latencyMs: 100 });
  const [one, two] = await Promise.all([startServer(folder, ENV), startServer(folder, ENV)]);
  await configureStripe(one, stripe);
  const answers = await Promise.all(
    [one, two, one, two].map((server) => succeed(server, 'create_payment_intent', PAYMENT)),
  );
  expect(new Set(answers.map((answer) => answer['payment_intent_id'])).size).toBe(1);
  expect(answers.filter((answer) => answer['replayed'] === false)).toHaveLength(1);
  expect(stripe.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

it('never starts over with a new key while the outcome is unknown, whatever refuses in between', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe();
  const server = await startServer(folder, ENV);
  await configureStripe(server, stripe, { breaker: { failure_threshold: 3, break_ms: 60_000 } });
  stripe.script([{ ...RESET, times: 3 }]);
  const first = await fail(server, 'create_payment_intent', PAYMENT);
  expect(first).toMatchObject({ outcome: 'unknown' });
  // The breaker is open now: the repeat is refused before it is sent, and still nobody knows.
  const refused = await fail(server, 'create_payment_intent', PAYMENT);
  expect(refused).toMatchObject({ code: 'outcome_unknown', outcome: 'unknown', details: { reason: 'circuit_open' } });
  await succeed(server, 'control_breaker', { integration: 'stripe', action: 'reset', reason: 'test' });
  stripe.script([{ kind: 'status', status: 401, method: 'POST' }]);
  expect(await fail(server, 'create_payment_intent', PAYMENT)).toMatchObject({ outcome: 'unknown' });
  expect(await succeed(server, 'create_payment_intent', PAYMENT)).toMatchObject({ replayed: true });
  expect(await intentsAt(stripe)).toHaveLength(1);
});

it('treats a declined card as an answer and keeps it', async () => {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe);
  const args = { ...PAYMENT, confirm: true, payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' };
  const declined = await succeed(server, 'create_payment_intent', args);
  expect(declined).toMatchObject({
    status: 'requires_payment_method',
    declined: { code: 'card_declined', decline_code: 'insufficient_funds' },
    replayed: false,
  });
  expect(await succeed(server, 'create_payment_intent', args)).toEqual({ ...declined, replayed: true, attempts: 0 });
});

it('holds caps across processes, and replays do not use them up', async () => {
  const folder = temporaryFolder();
  const stripe = await startStripe();
  const [one, two] = await Promise.all([startServer(folder, ENV), startServer(folder, ENV)]);
  await configureStripe(one, stripe, { caps: { per_hour: 2, max_amount: 5000 } });
  expect(await fail(two, 'create_payment_intent', { ...PAYMENT, amount: 5001 })).toMatchObject({ code: 'not_allowed' });
  for (const server of [one, two, one]) await succeed(server, 'create_payment_intent', PAYMENT);
  await succeed(two, 'create_payment_intent', { ...PAYMENT, amount: 2000, reference: 'order-2' });
  const third = await fail(one, 'create_payment_intent', { ...PAYMENT, amount: 3000, reference: 'order-3' });
  expect(third).toMatchObject({ code: 'not_allowed', retry_after_ms: expect.any(Number) });
  expect(await intentsAt(stripe)).toHaveLength(2);
});

it('shows both views of a payment', async () => {
  const stripe = await startStripe();
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, stripe);
  const paid = await succeed(server, 'create_payment_intent', PAYMENT);
  const view = await succeed(server, 'retrieve_payment_intent', { payment_intent_id: paid['payment_intent_id'] });
  expect(view).toMatchObject({
    payment_intent_id: paid['payment_intent_id'],
    amount_display: '10.50 USD',
    ledger: {
      known: true,
      reference: 'order-1',
      requests: [{ operation: 'createPaymentIntent', state: 'executed', idempotency_key: paid['idempotency_key'] }],
    },
    disagreements: [],
  });
});

it('never answers for one service with what was executed at another', async () => {
  const [rehearsal, real] = [await startStripe(), await startStripe()];
  const server = await startServer(temporaryFolder(), ENV);
  await configureStripe(server, rehearsal);
  await succeed(server, 'create_payment_intent', PAYMENT);
  await configureStripe(server, real);
  const conflict = await fail(server, 'create_payment_intent', PAYMENT);
  expect(conflict).toMatchObject({
    code: 'conflict',
    details: { used_at: new URL(rehearsal.url).host, now: new URL(real.url).host },
  });
  await succeed(server, 'create_payment_intent', { ...PAYMENT, reference: 'order-2', allow_duplicate: true });
  expect(await intentsAt(real)).toHaveLength(1);
});
