import type { Resource } from '../core/resource.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { HealthSources } from '../views/health-view.ts';
import { describeHealth } from '../views/health-view.ts';
import { describeIntegration } from '../views/integration-view.ts';

export const integrationResource: Resource<{ integrations: Integrations } & HealthSources> = {
  name: 'integration',
  title: 'Integration',
  description:
    'One configured integration: settings, variables (set or not), what is missing, warnings, health, rate limits, last errors',
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
    return { ...describeIntegration(report), ...(await describeHealth(report, sources)) };
  },
};
