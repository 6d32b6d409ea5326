import type { LoadedProvider } from '../../../src/integrations/provider.ts';
import { stripeWebhook } from '../../../src/integrations/stripe/webhook.ts';

/** A provider that only sends webhooks. */
export const hooks: LoadedProvider = {
  service: 'hooks',
  title: 'Hooks',
  docs: 'https://hooks.example/docs',
  webhook: { scheme: stripeWebhook, defaultSecretEnv: 'HOOKS_SECRET' },
};
