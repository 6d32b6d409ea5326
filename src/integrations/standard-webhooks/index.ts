import { standardWebhooks } from '../../webhooks/standard-webhooks.ts';
import type { Provider } from '../provider.ts';

/** Any sender that keeps to the standard. */
export const standard: Provider = {
  service: 'standard-webhooks',
  title: 'Standard Webhooks',
  docs: 'https://www.standardwebhooks.com',
  webhook: { scheme: standardWebhooks, defaultSecretEnv: 'STANDARD_WEBHOOK_SECRET' },
};
