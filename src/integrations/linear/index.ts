import type { Provider } from '../provider.ts';
import { linearEvents } from './events.ts';
import { linearWebhook } from './webhook.ts';

export const linear: Provider = {
  service: 'linear',
  title: 'Linear',
  docs: 'https://linear.app/developers/webhooks',
  webhook: { scheme: linearWebhook, defaultSecretEnv: 'LINEAR_WEBHOOK_SECRET', events: linearEvents },
};
