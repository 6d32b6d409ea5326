import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import { breakerKeysOf } from '../integrations/integration.ts';
import type { IntegrationReport, Integrations } from '../integrations/integrations.ts';
import type { Provider } from '../integrations/provider.ts';
import { MODES } from '../integrations/provider.ts';
import type { Breakers } from '../resilience/breakers.ts';

const health = z.enum(['ok', 'incomplete', 'failing']);

const output = z.object({
  integrations: z.array(
    z.object({
      name: z.string(),
      service: z.string(),
      mode: z.enum(MODES),
      health,
      breakers: z.record(z.string(), z.string()),
      missing: z.array(z.string()),
      warnings: z.array(z.string()),
    }),
  ),
  broken: z.array(z.object({ name: z.string(), problems: z.array(z.string()) })),
  providers: z.array(
    z.object({
      service: z.string(),
      title: z.string(),
      docs: z.string(),
      operations: z.array(z.string()),
      webhooks: z.boolean(),
      simulator: z.boolean(),
      variables: z.array(z.string()),
    }),
  ),
});

type Deps = { integrations: Integrations; breakers: Breakers };

export const listIntegrations = defineTool({
  name: 'list_integrations',
  title: 'List integrations and providers',
  description:
    'Shows every integration configured in this workspace with its health at a glance (variables set, breakers), and every provider ' +
    'that can be configured with what it offers. Use it before configure_integration. The resource integration://{name} holds the details.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  input: z.strictObject({ service: z.string().max(64).optional().describe('Only this service') }),
  output,
  async run({ service }, { integrations, breakers }: Deps, { caller }) {
    const wanted = (candidate: string) => service === undefined || candidate === service;
    if (service !== undefined) integrations.provider(service);
    const { reports, broken } = await integrations.list(caller.workspace);
    const shown = reports.filter(({ integration }) => wanted(integration.config.service));
    return {
      integrations: await Promise.all(shown.map((report) => withHealth(report, breakers))),
      broken: broken.map(({ name, problems }) => ({ name, problems })),
      providers: integrations.providers.filter((provider) => wanted(provider.service)).map(describeProvider),
    };
  },
});

async function withHealth(report: IntegrationReport, breakers: Breakers) {
  const statuses = await Promise.all(
    breakerKeysOf(report.integration, report.provider).map((key) => breakers.status(key)),
  );
  const failing = statuses.some(({ state }) => state !== 'closed' && state !== 'forced_closed');
  const incomplete = report.missing.length > 0 || report.warnings.length > 0;
  const { integration, missing, warnings } = report;
  const { service, mode } = integration.config;
  return {
    name: integration.name,
    service,
    mode,
    missing,
    warnings,
    health: failing ? ('failing' as const) : incomplete ? ('incomplete' as const) : ('ok' as const),
    breakers: Object.fromEntries(statuses.map(({ key, state }) => [key, state])),
  };
}

function describeProvider({ service, title, docs, api, webhook, loadSimulator }: Provider) {
  const variables = (api?.secrets ?? []).map(({ defaultEnv }) => defaultEnv);
  return {
    service,
    title,
    docs,
    operations: Object.keys(api?.operations ?? {}),
    webhooks: webhook !== undefined,
    simulator: loadSimulator !== undefined,
    variables: webhook === undefined ? variables : [...variables, webhook.defaultSecretEnv],
  };
}
