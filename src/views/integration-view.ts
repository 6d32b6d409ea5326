import * as z from 'zod';
import { addressOf } from '../integrations/integration.ts';
import type { IntegrationReport } from '../integrations/integrations.ts';
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
  variables: z.array(
    z.object({
      role: z.string(),
      variable: z.string(),
      set: z.boolean(),
      fingerprint: z.string().optional(),
      mode: z.enum(MODES).optional(),
    }),
  ),
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
