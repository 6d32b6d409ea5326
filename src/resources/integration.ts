import type { Resource } from '../core/resource.ts';
import { describeOperation } from '../integrations/find-operation.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { HealthSources } from '../views/health-view.ts';
import { describeHealth } from '../views/health-view.ts';
import { describeIntegration } from '../views/integration-view.ts';

/** Of larger APIs read_api finds the right one by words. */
const MAX_OPERATIONS = 300;

export const integrationResource: Resource<{ integrations: Integrations } & HealthSources> = {
  name: 'integration',
  title: 'Integration',
  description:
    'One configured integration: settings, variables (set or not), what is missing, warnings, health, rate limits, last errors, operations',
  uriTemplate: 'integration://{name}',
  async list({ integrations }, { workspace }) {
    const { reports } = await integrations.list(workspace);
    return reports.map(({ integration: { name, config }, provider }) => ({
      uri: `integration://${encodeURIComponent(name)}`,
      name,
      title: `${provider.title} integration "${name}"`,
      description: `${config.mode} mode`,
    }));
  },
  async read(name, { integrations, ...sources }, { workspace }) {
    const report = await integrations.get(workspace, name);
    const operations = Object.values(report.provider.api?.operations ?? {});
    const health = await describeHealth(report, sources);
    const shown = operations.slice(0, MAX_OPERATIONS).map(describeOperation);
    return { ...describeIntegration(report), ...health, operations: shown };
  },
};
