import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * The timestamp lies in the body, in milliseconds, and is signed with it. Linear asks to accept one minute.
 * https://linear.app/developers/webhooks#securing-webhooks
 */
export const linearWebhook: WebhookScheme = {
  signatures: [{ algorithm: 'hmac-sha256', key: 'utf8', encoding: 'hex', at: [{ header: 'linear-signature' }] }],
  signed: ['body'],
  timestamp: { at: [{ json: ['webhookTimestamp'] }], format: 'milliseconds', toleranceS: 60 },
  event: { id: [{ header: 'linear-delivery' }], type: [{ header: 'linear-event' }, { json: ['type'] }] },
};
