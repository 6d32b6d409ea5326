import { createStripeSimulator } from '../../src/integrations/stripe/simulator/index.ts';
import type { RunningSimulator } from '../../src/simulator/contract.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import type { ServerProcess } from './server-process.ts';
import { onTestEnd, succeed } from './server-process.ts';

/** Made-up keys of the shape that Stripe's have. */
export const TEST_KEY = 'sk_test_51BreakwaterTestKey0000000000000000000001';
export const LIVE_KEY = 'sk_live_51BreakwaterLiveKey0000000000000000000001';

/** A stateful Stripe on loopback that ends with the test. */
export async function startStripe(
  options: Parameters<typeof createStripeSimulator>[0] = {},
): Promise<RunningSimulator> {
  const simulator = await startSimulator(createStripeSimulator(options));
  onTestEnd(() => simulator.stop());
  return simulator;
}

/** The payment intents that exist at the service, read past every fault and client of ours. */
export async function intentsAt(simulator: RunningSimulator): Promise<{ id: string; amount: number }[]> {
  const response = await fetch(`${simulator.url}/v1/payment_intents?limit=100`, {
    headers: { authorization: `Bearer ${TEST_KEY}` },
  });
  const { data } = (await response.json()) as { data: { id: string; amount: number }[] };
  return data;
}

/** Configures Stripe against the simulator, with pauses short enough for tests. */
export function configureStripe(
  server: Pick<ServerProcess, 'call'>,
  simulator: RunningSimulator,
  settings: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  return succeed(server, 'configure_integration', {
    service: 'stripe',
    base_url: simulator.url,
    retry: { base_ms: 5, max_ms: 20 },
    breaker: { break_ms: 200, max_break_ms: 400 },
    ...settings,
  });
}
