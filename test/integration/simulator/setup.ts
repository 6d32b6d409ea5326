import Stripe from 'stripe';
import { afterEach } from 'vitest';
import type { StripeSimulatorOptions } from '../../../src/integrations/stripe/simulator/index.ts';
import { createStripeSimulator } from '../../../src/integrations/stripe/simulator/index.ts';
import type { RunningSimulator } from '../../../src/simulator/contract.ts';
import { startSimulator } from '../../../src/simulator/simulator.ts';

export const TEST_KEY = 'sk_test_simulator';

/** For `expect.poll` on machines with little to spare. */
export const PATIENTLY = { interval: 5 };

const open: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
});

/** Stops it after the test. */
export function stopLater<T extends { stop(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

export function stripeClient({ port }: { port: number }, key = TEST_KEY): Stripe {
  return new Stripe(key, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
}

export interface Setup {
  simulator: RunningSimulator;
  stripe: Stripe;
}

export async function startStripe(options: StripeSimulatorOptions = {}): Promise<Setup> {
  const { clock } = options;
  const simulator = stopLater(await startSimulator(createStripeSimulator(options), { clock }));
  return { simulator, stripe: stripeClient(simulator) };
}

/** Card, confirmed at once. */
export function pay(stripe: Stripe, method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) {
  return stripe.paymentIntents.create({
    amount: 2_000,
    currency: 'usd',
    payment_method: method,
    confirm: true,
    ...more,
  });
}

/** What a promise is rejected with, as the error of the official library. */
export async function stripeErrorOf(
  promise: Promise<unknown>,
): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof Stripe.errors.StripeError) return thrown;
    throw thrown;
  }
  throw new Error('The call succeeded.');
}

/** Form-encoded request without a library. */
export async function post(url: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_KEY}`, ...headers },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}
