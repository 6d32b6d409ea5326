import type { Provider } from '../provider.ts';
import { postmarkEvents } from './events.ts';
import { postmarkWebhook } from './webhook.ts';

export const postmark: Provider = {
  service: 'postmark',
  title: 'Postmark',
  docs: 'https://postmarkapp.com/developer/webhooks/webhooks-overview',
  webhook: { scheme: postmarkWebhook, defaultSecretEnv: 'POSTMARK_WEBHOOK_CREDENTIALS', events: postmarkEvents },
};
