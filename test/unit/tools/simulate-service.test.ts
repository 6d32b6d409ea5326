import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { createStripeSimulator } from '../../../src/integrations/stripe/simulator/index.ts';
import { Simulators } from '../../../src/simulator/simulators.ts';
import { simulateService } from '../../../src/tools/simulate-service.ts';

const CONTEXT = {
  signal: AbortSignal.timeout(10_000),
  caller: { workspace: '/shop', agent: 'test', sessionId: undefined },
  progress: () => {},
  confirm: async () => {},
};
const simulators = new Simulators(new Map([['stripe', async () => createStripeSimulator]]), systemClock);

afterEach(() => simulators.close());

it('lists the event types when it starts and when it is asked, and in no other answer', async () => {
  const act = async (action: 'start' | 'status' | 'script' | 'trigger' | 'reset') => {
    const event = action === 'trigger' ? 'customer.created' : undefined;
    const deps = { simulators, secrets: { get: () => undefined } };
    const { log } = await simulateService.run({ service: 'stripe', action, event }, deps, CONTEXT);
    return Object.keys(log ?? {});
  };
  const logs = ['requests', 'deliveries'];
  expect(await act('start')).toEqual([...logs, 'event_types']);
  expect(await act('script')).toEqual(logs);
  expect(await act('trigger')).toEqual(logs);
  expect(await act('reset')).toEqual(logs);
  expect(await act('status')).toEqual([...logs, 'event_types']);
});
