import type { Provider } from '../provider.ts';
import { intercomEvents } from './events.ts';
import { intercomWebhook } from './webhook.ts';

export const intercom: Provider = {
  service: 'intercom',
  title: 'Intercom',
  docs: 'https://developers.intercom.com/docs/webhooks',
  webhook: { scheme: intercomWebhook, defaultSecretEnv: 'INTERCOM_CLIENT_SECRET', events: intercomEvents },
};
