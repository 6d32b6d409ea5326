import type { Provider } from '../provider.ts';
import { twilioEvents } from './events.ts';
import { twilioWebhook } from './webhook.ts';

export const twilio: Provider = {
  service: 'twilio',
  title: 'Twilio',
  docs: 'https://www.twilio.com/docs/usage/webhooks',
  webhook: { scheme: twilioWebhook, defaultSecretEnv: 'TWILIO_AUTH_TOKEN', events: twilioEvents },
};
