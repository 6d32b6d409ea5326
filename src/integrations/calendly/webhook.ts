import type { WebhookScheme } from '../../webhooks/scheme.ts';

const header = 'calendly-webhook-signature';

/**
 * `t=…,v1=…`, with the signing key of the subscription. Calendly recommends a tolerance of three minutes.
 * https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures
 */
export const calendlyWebhook: WebhookScheme = {
  signatures: [
    { algorithm: 'hmac-sha256', key: 'utf8', encoding: 'hex', at: [{ header, separator: ',', prefix: 'v1=' }] },
  ],
  signed: ['timestamp', { text: '.' }, 'body'],
  timestamp: { at: [{ header, separator: ',', prefix: 't=' }], toleranceS: 180 },
  event: { id: [], type: [{ json: ['event'] }] },
};
