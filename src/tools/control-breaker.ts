import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { defineTool } from '../core/tool.ts';
import { breakerKeysOf } from '../integrations/integration.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { Breakers } from '../resilience/breakers.ts';
import { breakerView, describeBreaker } from '../views/breaker-view.ts';

type Deps = { integrations: Integrations; breakers: Breakers };

export const controlBreaker = defineTool({
  name: 'control_breaker',
  title: 'Control a circuit breaker',
  description:
    'Holds the circuit breaker of an integration open (calls are refused at once) or closed (failures are ignored), or resets it. The ' +
    'forced state is shared by every process, survives restarts and ends after for_ms. Answers the new state of each breaker changed.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  input: z.strictObject({
    integration: z.string().max(64).describe('Name of the integration'),
    class: z.string().max(64).optional().describe('Endpoint class, for instance read or write (default: all)'),
    action: z
      .enum(['open', 'close', 'reset'])
      .describe('open refuses calls, close lets them through, reset ends a forced state'),
    reason: z.string().min(1).max(500).describe('Why, for whoever finds it later'),
    for_ms: z
      .int()
      .min(1)
      .max(604_800_000)
      .optional()
      .describe('How long it holds in ms, at most 7 days (default: until reset)'),
  }),
  output: z.object({
    breakers: z.array(breakerView.pick({ breaker: true, state: true, forced: true, retry_after_ms: true })),
  }),
  async run(args, { integrations, breakers }: Deps, { caller }) {
    const { integration, provider } = await integrations.get(caller.workspace, args.integration);
    const all = breakerKeysOf(integration, provider);
    const keys = all.filter((key) => args.class === undefined || key.endsWith(`/${args.class}`));
    if (keys.length === 0) {
      const classes = all.map((key) => key.slice(key.lastIndexOf('/') + 1)).join(', ');
      throw new AppError('invalid_input', 'There is no such endpoint class.', {
        hint: `Classes of ${args.integration}: ${classes || 'none'}.`,
      });
    }
    const { action, reason, for_ms: forMs } = args;
    const control = { action, reason, owner: caller.agent, forMs };
    const statuses = await Promise.all(keys.map((key) => breakers.control(key, control)));
    return { breakers: statuses.map(describeBreaker) };
  },
});
