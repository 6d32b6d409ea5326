import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * The key is the app's client secret. No timestamp is signed, so that a replay is recognised by its notification id alone.
 * https://developers.intercom.com/docs/webhooks/setting-up-webhooks#signed-notifications
 */
export const intercomWebhook: WebhookScheme = {
  signatures: [
    { algorithm: 'hmac-sha1', key: 'utf8', encoding: 'hex', at: [{ header: 'x-hub-signature', prefix: 'sha1=' }] },
  ],
  signed: ['body'],
  event: { id: [{ json: ['id'] }], type: [{ json: ['topic'] }] },
};
