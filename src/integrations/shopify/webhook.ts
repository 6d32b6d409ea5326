import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * The key is the app's client secret. Webhooks and the newer Events sign alike under different names. No timestamp is signed, so that a
 * replay is recognised by its webhook id alone.
 * https://shopify.dev/docs/apps/build/webhooks/subscribe/https#step-2-validate-the-origin-of-your-webhook-to-ensure-its-coming-from-shopify
 * https://shopify.dev/docs/apps/build/events/verify-deliveries
 */
export const shopifyWebhook: WebhookScheme = {
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: 'utf8',
      encoding: 'base64',
      at: [{ header: 'x-shopify-hmac-sha256' }, { header: 'shopify-hmac-sha256' }],
    },
  ],
  signed: ['body'],
  event: {
    id: [{ header: 'x-shopify-webhook-id' }, { header: 'shopify-webhook-id' }],
    type: [{ header: 'x-shopify-topic' }, { header: 'shopify-topic' }],
    // orders/create and orders/paid send one order.
    typesShareBodies: true,
  },
};
