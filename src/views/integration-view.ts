import * as z from 'zod';
import { addressOf } from '../integrations/integration.ts';
import type { IntegrationReport } from '../integrations/integration-report.ts';
import { MODES } from '../integrations/provider.ts';

/** An integration as tools and resources show it. */
export const integrationView = z.object({
  name: z.string(),
  service: z.string(),
  mode: z.enum(MODES),
  base_url: z.string().optional(),
  settings: z.record(z.string(), z.unknown()),
  allow: z.array(z.string()).optional(),
  caps: z.object({ max_amount: z.int().optional(), per_hour: z.int().optional() }).optional(),
  resilience: z.record(z.string(), z.unknown()),
  webhook_scheme: z.record(z.string(), z.unknown()).optional(),
  openapi: z.string().optional(),
  /** Role, name, whether it is set, fingerprint and mode of each; never a value. */
  variables: z.array(z.record(z.string(), z.unknown())),
  missing: z.array(z.string()),
  warnings: z.array(z.string()),
});

export function describeIntegration({ integration, provider, secrets, missing, warnings }: IntegrationReport) {
  const { name, config } = integration;
  return {
    name,
    service: config.service,
    mode: config.mode,
    base_url: provider.api && addressOf(config, provider.api),
    settings: config.settings,
    allow: config.allow,
    caps: config.caps && { max_amount: config.caps.maxAmountMinor, per_hour: config.caps.writesPerHour },
    resilience: config.resilience,
    webhook_scheme: config.webhookScheme,
    openapi: config.openapi && describeApi(config.openapi),
    variables: secrets.map(({ role, variable, set, fingerprint, mode }) => ({
      role,
      variable,
      set,
      fingerprint,
      mode,
    })),
    missing,
    warnings,
  };
}

function describeApi({
  title,
  version,
  operations,
}: NonNullable<IntegrationReport['integration']['config']['openapi']>) {
  return `"${title}" ${version}, ${operations} operations`;
}
