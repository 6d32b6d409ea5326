import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * The notification URL exactly as it is configured, then the body. No timestamp is signed.
 * https://developer.squareup.com/docs/webhooks/step3validate
 */
export const squareWebhook: WebhookScheme = {
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: 'utf8',
      encoding: 'base64',
      at: [{ header: 'x-square-hmacsha256-signature' }],
    },
  ],
  signed: ['url', 'body'],
  event: { id: [{ json: ['event_id'] }], type: [{ json: ['type'] }] },
};
