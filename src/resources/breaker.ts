import type { Resource } from '../core/resource.ts';
import { breakerKeysOf } from '../integrations/integration.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { Breakers } from '../resilience/breakers.ts';
import { describeBreaker } from '../views/breaker-view.ts';

export const breakerResource: Resource<{ integrations: Integrations; breakers: Breakers }> = {
  name: 'breaker',
  title: 'Circuit breakers',
  description: 'The circuit breakers of one integration, shared by every process on this machine',
  uriTemplate: 'breaker://{integration}',
  async list({ integrations }, { workspace }) {
    const { reports } = await integrations.list(workspace);
    return reports
      .filter(({ integration, provider }) => breakerKeysOf(integration, provider).length > 0)
      .map(({ integration: { name } }) => ({
        uri: `breaker://${encodeURIComponent(name)}`,
        name: `breaker of ${name}`,
        title: `Circuit breakers of "${name}"`,
      }));
  },
  async read(name, { integrations, breakers }, { workspace }) {
    const { integration, provider } = await integrations.get(workspace, name);
    const statuses = await Promise.all(breakerKeysOf(integration, provider).map((key) => breakers.status(key)));
    return { breakers: statuses.map(describeBreaker) };
  },
  async version(name, { integrations, breakers }, { workspace }) {
    const { integration, provider } = await integrations.get(workspace, name);
    const statuses = await Promise.all(breakerKeysOf(integration, provider).map((key) => breakers.status(key)));
    return JSON.stringify(
      statuses.map(({ state, since, forced, throttledUntil }) => [state, since, forced, throttledUntil]),
    );
  },
};
