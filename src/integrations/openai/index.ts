import { standardWebhooks } from '../../webhooks/standard-webhooks.ts';
import type { Provider } from '../provider.ts';
import { openaiEvents } from './events.ts';

export const openai: Provider = {
  service: 'openai',
  title: 'OpenAI',
  docs: 'https://platform.openai.com/docs/guides/webhooks',
  webhook: { scheme: standardWebhooks, defaultSecretEnv: 'OPENAI_WEBHOOK_SECRET', events: openaiEvents },
};
