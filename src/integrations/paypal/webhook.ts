import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * PayPal signs `transmission id|time|webhook id|CRC-32 of the body` with the key of a certificate whose address it sends. What the
 * receiver holds is the webhook id of the developer dashboard: an identifier, which makes the signature count for this endpoint only.
 * Retries go on for three days and no tolerance is documented, so that any time is accepted.
 * https://developer.paypal.com/api/rest/webhooks/rest/#link-webhookverification
 */
export const paypalWebhook: WebhookScheme = {
  signatures: [
    {
      algorithm: 'rsa-sha256',
      key: 'certificate',
      certificate: [{ header: 'paypal-cert-url' }],
      domain: 'paypal.com',
      commonName: 'messageverificationcerts',
      encoding: 'base64',
      at: [{ header: 'paypal-transmission-sig' }],
    },
  ],
  signed: ['id', { text: '|' }, 'timestamp', { text: '|' }, 'secret', { text: '|' }, 'crc32'],
  timestamp: { at: [{ header: 'paypal-transmission-time' }], format: 'iso-8601' },
  id: [{ header: 'paypal-transmission-id' }],
  event: { id: [{ json: ['id'] }], type: [{ json: ['event_type'] }] },
};
