import type { Provider } from '../provider.ts';
import { paypalEvents } from './events.ts';
import { paypalWebhook } from './webhook.ts';

export const paypal: Provider = {
  service: 'paypal',
  title: 'PayPal',
  docs: 'https://developer.paypal.com/api/rest/webhooks/',
  webhook: { scheme: paypalWebhook, defaultSecretEnv: 'PAYPAL_WEBHOOK_ID', events: paypalEvents },
};
