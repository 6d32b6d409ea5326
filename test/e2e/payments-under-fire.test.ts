import { expect, it } from 'vitest';
import type { FaultInput } from '../../src/simulator/fault.ts';
import { PATIENCE_MS, runs } from '../support/full-counts.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startServer, temporaryFolder } from '../support/server-process.ts';
import { configureStripe, startStripe, TEST_KEY } from '../support/stripe-service.ts';

const ENV = { STRIPE_SECRET_KEY: TEST_KEY, BREAKWATER_LOG: 'silent' };
const PATIENT = { breaker: { failure_threshold: 1000, min_calls: 10_000 }, retry: { base_ms: 1, max_ms: 3 } };
const ON_POST = { method: 'POST', path_prefix: '/v1/payment_intents' } as const;
const FAULTS: readonly FaultInput[] = [
  { kind: 'reset_after_executing', ...ON_POST },
  { kind: 'drop', ...ON_POST },
  { kind: 'bad_json', ...ON_POST },
  { kind: 'wrong_length', ...ON_POST },
  { kind: 'status', status: 500, ...ON_POST },
  { kind: 'status', status: 409, ...ON_POST },
  { kind: 'rate_limit', retry_after: 0, ...ON_POST },
];

/** Executed, and never answered. */
const DARKNESS: readonly FaultInput[] = [{ kind: 'reset_after_executing', ...ON_POST, times: 100 }];

const random = (below: number) => Math.floor(Math.random() * below);
const someFaults = (count: number) =>
  Array.from(
    { length: count },
    () => ({ ...(FAULTS[random(FAULTS.length)] ?? FAULTS[0]), times: 1 + random(3) }) as FaultInput,
  );

interface Intent {
  id: string;
  amount: number;
  metadata: Record<string, string>;
}

/** Every intent at the service, read past every fault and client of ours. */
async function allIntents(url: string): Promise<Intent[]> {
  const all: Intent[] = [];
  for (let more = true; more; ) {
    const after = all.length === 0 ? '' : `&starting_after=${all.at(-1)?.id}`;
    const response = await fetch(`${url}/v1/payment_intents?limit=100${after}`, {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    });
    const page = (await response.json()) as { data: Intent[]; has_more: boolean };
    all.push(...page.data);
    more = page.has_more;
  }
  return all;
}

async function restart(server: ServerProcess, folder: string, signal: NodeJS.Signals): Promise<ServerProcess> {
  server.transport.child.kill(signal);
  await server.transport.exited;
  return startServer(folder, ENV);
}

/** Keeps the answer; a failure never claims that nothing was executed. */
async function pay(server: ServerProcess, payment: Record<string, unknown>, answers: Record<string, unknown>[]) {
  const { isError, body } = await server.call('create_payment_intent', payment);
  if (isError) expect(body).toMatchObject({ outcome: 'unknown' });
  else answers.push(body);
}

it(
  'one payment asked for again and again, over restarts and faults at random, is one effect and one answer',
  async () => {
    const [repeats, restarts] = [runs(100, 30), runs(10, 3)];
    const folder = temporaryFolder();
    const stripe = await startStripe();
    let server = await startServer(folder, ENV);
    await configureStripe(server, stripe, PATIENT);
    const payment = {
      amount: 1050,
      currency: 'usd',
      reference: 'order-1',
      confirm: true,
      payment_method: 'pm_card_visa',
    };
    const answers: Record<string, unknown>[] = [];
    for (let call = 0; call < repeats; call += 1) {
      if (call > 0 && call % Math.ceil(repeats / restarts) === 0) {
        server = await restart(server, folder, call % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      }
      // The first half never gets an answer, so that restarts fall into the time of doubt.
      stripe.script(call < repeats / 2 ? DARKNESS : someFaults(random(2)));
      await pay(server, payment, answers);
    }
    stripe.script([]);
    await pay(server, payment, answers);
    expect(answers.length).toBeGreaterThan(1);
    const same = (answer: Record<string, unknown>) => ({ ...answer, attempts: 0, request_id: '' });
    for (const answer of answers) expect(same(answer)).toEqual(same(answers[0] ?? {}));
    expect(answers.at(-1)).toMatchObject({ replayed: true, status: 'succeeded' });
    const intents = await allIntents(stripe.url);
    expect(intents.map(({ id }) => id)).toEqual([answers[0]?.['payment_intent_id']]);
  },
  PATIENCE_MS,
);

it(
  'payments whose process is killed at random are made exactly once each, and the ledger agrees with the service',
  async () => {
    const [payments, kills] = [runs(200, 40), runs(20, 4)];
    const folder = temporaryFolder();
    const stripe = await startStripe({ latencyMs: 2 });
    let server = await startServer(folder, ENV);
    await configureStripe(server, stripe, PATIENT);
    const wanted = Array.from({ length: payments }, (_, index) => ({
      amount: 1000 + index,
      currency: 'usd',
      reference: `order-${index}`,
    }));
    const answered = new Map<string, Record<string, unknown>>();
    let lost = 0;
    for (let round = 0; answered.size < payments; round += 1) {
      expect(round).toBeLessThan(kills + 20);
      if (round > 0) server = await startServer(folder, ENV);
      stripe.script(round < kills ? someFaults(4) : []);
      const doomed =
        round < kills ? setTimeout(() => server.transport.child.kill('SIGKILL'), 10 + random(120)) : undefined;
      lost += await payAll(
        server,
        wanted.filter(({ reference }) => !answered.has(reference)),
        answered,
      );
      clearTimeout(doomed);
      if (doomed !== undefined) {
        server.transport.child.kill('SIGKILL');
        await server.transport.exited;
      }
    }
    expect(lost).toBeGreaterThan(kills);
    const intents = await allIntents(stripe.url);
    expect(intents).toHaveLength(payments);
    const made = new Map(intents.map((intent) => [intent.metadata['breakwater_reference'], intent]));
    for (const { reference, amount } of wanted) {
      expect(made.get(reference)).toMatchObject({ id: answered.get(reference)?.['payment_intent_id'], amount });
    }
    const sampled = wanted.filter((_, index) => index % 10 === 0);
    for (const { reference } of sampled) {
      const id = answered.get(reference)?.['payment_intent_id'];
      const { body } = await server.call('retrieve_payment_intent', { payment_intent_id: id });
      expect(body).toMatchObject({ disagreements: [], ledger: { reference, requests: [{ state: 'executed' }] } });
    }
  },
  PATIENCE_MS,
);

/** Eight at a time, until all are answered or the server is gone; how many calls that left without an answer. */
async function payAll(
  server: ServerProcess,
  wanted: readonly { reference: string }[],
  answered: Map<string, Record<string, unknown>>,
): Promise<number> {
  const queue = [...wanted];
  let lost = 0;
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const result = await server.call('create_payment_intent', { ...next }).catch(() => undefined);
      if (result === undefined) lost += 1;
      else if (!result.isError) answered.set(next.reference, result.body);
      if (lost > 0) return;
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return lost;
}
