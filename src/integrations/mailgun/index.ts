import type { Provider } from '../provider.ts';
import { mailgunEvents } from './events.ts';
import { mailgunWebhook } from './webhook.ts';

export const mailgun: Provider = {
  service: 'mailgun',
  title: 'Mailgun',
  docs: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks',
  webhook: { scheme: mailgunWebhook, defaultSecretEnv: 'MAILGUN_WEBHOOK_SIGNING_KEY', events: mailgunEvents },
};
