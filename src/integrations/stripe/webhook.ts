import type { WebhookScheme } from '../../webhooks/scheme.ts';

const header = 'stripe-signature';

/**
 * `t=…,v1=…`, one `v1` per secret while an endpoint's secret is rolled; `v0` is test noise. The secret is the text with its `whsec_`.
 * https://docs.stripe.com/webhooks#verify-manually
 */
export const stripeWebhook: WebhookScheme = {
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: 'utf8',
      secretPrefix: 'whsec_',
      encoding: 'hex',
      at: [{ header, separator: ',', prefix: 'v1=' }],
    },
  ],
  signed: ['timestamp', { text: '.' }, 'body'],
  timestamp: { at: [{ header, separator: ',', prefix: 't=' }], toleranceS: 300 },
  event: { id: [{ json: ['id'] }], type: [{ json: ['type'] }] },
};
