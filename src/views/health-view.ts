import { breakerKeysOf } from '../integrations/integration.ts';
import type { IntegrationReport } from '../integrations/integration-report.ts';
import type { Breakers } from '../resilience/breakers.ts';
import type { KeyHealth, Metrics } from '../resilience/metrics.ts';

/** How an integration does, at a glance. Breakers are the same from every process; limits and last errors are what this process saw. */
export interface HealthView {
  health: 'ok' | 'incomplete' | 'failing';
  /** State by host and endpoint class, as are the others. */
  breakers: Record<string, string>;
  limits: Record<string, string>;
  last_errors: Record<string, string>;
}

export interface HealthSources {
  breakers: Breakers;
  metrics: Metrics;
}

export async function describeHealth(
  { integration, provider, missing, warnings }: IntegrationReport,
  { breakers, metrics }: HealthSources,
): Promise<HealthView> {
  const keys = breakerKeysOf(integration, provider);
  const statuses = await Promise.all(keys.map((key) => breakers.status(key)));
  const failing = statuses.some(({ state }) => state !== 'closed' && state !== 'forced_closed');
  const incomplete = missing.length > 0 || warnings.length > 0;
  const seen = statuses.map(({ key, lastError }) => ({ key, lastError, ...metrics.health(key) }));
  return {
    health: failing ? 'failing' : incomplete ? 'incomplete' : 'ok',
    breakers: Object.fromEntries(statuses.map(({ key, state }) => [key, state])),
    limits: Object.fromEntries(
      seen.flatMap(({ key, budget }) => (budget === undefined ? [] : [[key, formatBudget(budget)]])),
    ),
    last_errors: Object.fromEntries(
      seen.flatMap(({ key, error, lastError }) => {
        const shown = error === undefined ? lastError : `${error.what} at ${new Date(error.at).toISOString()}`;
        return shown === undefined ? [] : [[key, shown]];
      }),
    ),
  };
}

function formatBudget({ remaining, limit, resetAt }: NonNullable<KeyHealth['budget']>): string {
  const of = limit === undefined ? '' : ` of ${limit}`;
  const until = resetAt === undefined ? '' : ` until ${new Date(resetAt).toISOString()}`;
  return `${remaining}${of} left${until}`;
}
