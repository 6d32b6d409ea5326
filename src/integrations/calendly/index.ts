import type { Provider } from '../provider.ts';
import { calendlyEvents } from './events.ts';
import { calendlyWebhook } from './webhook.ts';

export const calendly: Provider = {
  service: 'calendly',
  title: 'Calendly',
  docs: 'https://developer.calendly.com/api-docs/docs/webhooks',
  webhook: {
    scheme: calendlyWebhook,
    defaultSecretEnv: 'CALENDLY_WEBHOOK_SIGNING_KEY',
    events: calendlyEvents,
    // https://developer.calendly.com/api-docs/overview/webhooks/webhook-timeouts
    answerWithinS: 15,
  },
};
