import { svixWebhooks } from '../../webhooks/standard-webhooks.ts';
import type { Provider } from '../provider.ts';

/** Any sender that delivers with Svix. */
export const svix: Provider = {
  service: 'svix',
  title: 'Svix',
  docs: 'https://docs.svix.com/receiving/introduction',
  webhook: { scheme: svixWebhooks, defaultSecretEnv: 'SVIX_WEBHOOK_SECRET' },
};
