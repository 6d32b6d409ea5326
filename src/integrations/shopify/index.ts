import type { Provider } from '../provider.ts';
import { shopifyEvents } from './events.ts';
import { shopifyWebhook } from './webhook.ts';

export const shopify: Provider = {
  service: 'shopify',
  title: 'Shopify',
  docs: 'https://shopify.dev/docs/apps/build/webhooks',
  webhook: {
    scheme: shopifyWebhook,
    defaultSecretEnv: 'SHOPIFY_API_SECRET',
    events: shopifyEvents,
    // https://shopify.dev/docs/apps/build/webhooks/subscribe/https
    answerWithinS: 5,
  },
};
