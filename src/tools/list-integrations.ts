import * as z from 'zod';
import { defineTool } from '../core/tool.ts';
import type { IntegrationReport } from '../integrations/integration-report.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { LoadedProvider } from '../integrations/provider.ts';
import type { HealthSources } from '../views/health-view.ts';
import { describeHealth } from '../views/health-view.ts';

/** Rows without a schema of their own: what they hold stands in the description. */
const rows = z.array(z.record(z.string(), z.unknown()));
const output = z.object({ integrations: rows, broken: rows, providers: rows });

/** Names of operations that are shown of every provider, and of the one that is asked for. */
const FEW_OPERATIONS = 5;
const MANY_OPERATIONS = 500;

type Deps = { integrations: Integrations } & HealthSources;

export const listIntegrations = defineTool({
  name: 'list_integrations',
  title: 'List integrations and providers',
  description:
    'Shows every integration configured in this workspace (name, service, mode, health ok|incomplete|failing, breakers, limits left, ' +
    'last_errors, missing, warnings), saved ones that are broken (name, problems, repair), and every provider that can be configured ' +
    '(service, title, docs, operations, webhooks, simulator, variables, settings); with service all of its operations.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  input: z.strictObject({ service: z.string().max(64).optional().describe('Only this service') }),
  output,
  async run({ service }, { integrations, ...sources }: Deps, { caller }) {
    const wanted = (candidate: string) => service === undefined || candidate === service;
    if (service !== undefined) integrations.provider(service);
    const { reports, broken } = await integrations.list(caller.workspace);
    const shown = reports.filter(({ integration }) => wanted(integration.config.service));
    const listed = integrations.providers.filter((provider) => wanted(provider.service));
    const providers = await Promise.all(listed.map((provider) => integrations.load(provider)));
    return {
      integrations: await Promise.all(shown.map((report) => describe(report, sources))),
      broken: broken.map(({ name, problems }) => ({ name, problems, repair: REPAIR })),
      providers: providers.map((provider) =>
        describeProvider(provider, service === undefined ? FEW_OPERATIONS : MANY_OPERATIONS),
      ),
    };
  },
});

const REPAIR = 'Disabled until it is saved again with configure_integration, or removed (remove: true). Others work.';

async function describe(report: IntegrationReport, sources: HealthSources) {
  const { integration, missing, warnings } = report;
  const { service, mode } = integration.config;
  return { name: integration.name, service, mode, missing, warnings, ...(await describeHealth(report, sources)) };
}

function describeProvider({ service, title, docs, api, webhook, loadSimulator }: LoadedProvider, most: number) {
  const operations = Object.keys(api?.operations ?? {});
  const more = operations.length - most;
  const variables = (api?.secrets ?? []).map(({ defaultEnv }) => defaultEnv);
  return {
    service,
    title,
    docs,
    operations: operations.slice(0, most),
    ...(more > 0 ? { more } : {}),
    webhooks: webhook !== undefined,
    simulator: loadSimulator !== undefined,
    settings: Object.keys(api?.settings.shape ?? {}),
    variables: webhook === undefined ? variables : [...variables, webhook.defaultSecretEnv],
  };
}
