import type { WebhookScheme } from '../../webhooks/scheme.ts';

const header = 'paddle-signature';

/**
 * Paddle Billing: `ts=…;h1=…`, one `h1` per secret while it is rotated. Retries are signed anew, so that five seconds are enough.
 * https://developer.paddle.com/webhooks/signature-verification
 */
export const paddleWebhook: WebhookScheme = {
  signatures: [
    { algorithm: 'hmac-sha256', key: 'utf8', encoding: 'hex', at: [{ header, separator: ';', prefix: 'h1=' }] },
  ],
  signed: ['timestamp', { text: ':' }, 'body'],
  timestamp: { at: [{ header, separator: ';', prefix: 'ts=' }], toleranceS: 5 },
  event: { id: [{ json: ['event_id'] }], type: [{ json: ['event_type'] }] },
};
