import type { Resource } from '../core/resource.ts';
import type { Integrations } from '../integrations/integrations.ts';
import { describeIntegration } from '../views/integration-view.ts';

export const integrationResource: Resource<{ integrations: Integrations }> = {
  name: 'integration',
  title: 'Integration',
  description: 'One configured integration: settings, variables (set or not), what is missing, warnings',
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
  async read(name, { integrations }, { workspace }) {
    return describeIntegration(await integrations.get(workspace, name));
  },
};
