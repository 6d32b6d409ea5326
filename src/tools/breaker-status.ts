import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import { breakerKeysOf } from '../integrations/integration.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { Breakers } from '../resilience/breakers.ts';
import { breakerView, describeBreaker } from '../views/breaker-view.ts';

type Deps = { integrations: Integrations; breakers: Breakers };

export const breakerStatus = defineTool({
  name: 'breaker_status',
  title: 'Show circuit breakers',
  description:
    'Shows the circuit breaker of each host and endpoint class: state, since when, failures, milliseconds until calls go through again, ' +
    'who forced it and why, throttling, last error and last transitions. The state is shared by every process on this machine; "local" is ' +
    'of this process. Use it when calls are refused with circuit_open or rate_limited.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  input: z.strictObject({
    integration: z
      .string()
      .max(64)
      .optional()
      .describe('Only the breakers of this integration (default: those of this workspace, and any that is not closed)'),
  }),
  output: z.object({ breakers: z.array(breakerView) }),
  async run({ integration }, { integrations, breakers }: Deps, { caller }) {
    const { workspace } = caller;
    const keys =
      integration === undefined
        ? await breakerKeys(integrations, breakers, workspace)
        : await keysOf(integration, integrations, workspace);
    const statuses = await Promise.all(keys.map((key) => breakers.status(key)));
    return { breakers: statuses.map(describeBreaker) };
  },
});

async function keysOf(name: string, integrations: Integrations, workspace: string) {
  const { integration, provider } = await integrations.get(workspace, name);
  return breakerKeysOf(integration, provider);
}

/** The breakers of a workspace, and any that is not closed. */
export async function breakerKeys(integrations: Integrations, breakers: Breakers, workspace: string) {
  const { reports } = await integrations.list(workspace);
  const configured = reports.flatMap(({ integration, provider }) => breakerKeysOf(integration, provider));
  return [...new Set([...configured, ...(await breakers.keys())])].sort();
}
