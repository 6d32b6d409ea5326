import { standardWebhooks } from '../../webhooks/standard-webhooks.ts';
import type { Provider } from '../provider.ts';
import { replicateEvents } from './events.ts';

export const replicate: Provider = {
  service: 'replicate',
  title: 'Replicate',
  docs: 'https://replicate.com/docs/topics/webhooks',
  webhook: { scheme: standardWebhooks, defaultSecretEnv: 'REPLICATE_WEBHOOK_SIGNING_SECRET', events: replicateEvents },
};
