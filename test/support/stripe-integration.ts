import type { IntegrationConfig } from '../../src/integrations/integration.ts';
import type { IntegrationReport } from '../../src/integrations/integration-report.ts';
import { loadedStripe } from './loaded-stripe.ts';
import { SHOP } from './stripe-events.ts';

/** A configured integration of Stripe, as `Integrations` reports it. */
export function stripeIntegration(config: Partial<IntegrationConfig> = {}, name = 'stripe'): IntegrationReport {
  const complete: IntegrationConfig = {
    service: 'stripe',
    mode: 'test',
    secretEnvs: {},
    webhookSecretEnvs: ['STRIPE_WEBHOOK_SECRET'],
    settings: {},
    resilience: {},
    ...config,
  };
  const integration = { workspace: SHOP, name, config: complete, createdAt: 0, updatedAt: 0 };
  return { integration, provider: loadedStripe, secrets: [], missing: [], warnings: [] };
}
