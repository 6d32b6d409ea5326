import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * Postmark signs nothing. It calls the URL it is given, so that the credentials are in there: `https://user:password@…`, which arrive as
 * basic authentication (the secret is `user:password`), or a parameter `token`.
 * https://postmarkapp.com/developer/webhooks/webhooks-overview#protecting-your-webhook
 */
export const postmarkWebhook: WebhookScheme = {
  signatures: [
    { algorithm: 'token', encoding: 'base64', at: [{ header: 'authorization', prefix: 'Basic ' }] },
    { algorithm: 'token', encoding: 'utf8', at: [{ query: 'token' }] },
  ],
  signed: [],
  event: { id: [], type: [{ json: ['RecordType'] }] },
};
