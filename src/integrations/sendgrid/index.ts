import type { Provider } from '../provider.ts';
import { sendgridEvents } from './events.ts';
import { sendgridWebhook } from './webhook.ts';

export const sendgrid: Provider = {
  service: 'sendgrid',
  title: 'SendGrid',
  docs: 'https://www.twilio.com/docs/sendgrid',
  loadSimulator: async () => (await import('./simulator/index.ts')).createSendgridSimulator,
  webhook: { scheme: sendgridWebhook, defaultSecretEnv: 'SENDGRID_WEBHOOK_PUBLIC_KEY', events: sendgridEvents },
};
