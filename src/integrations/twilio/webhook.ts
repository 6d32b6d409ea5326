import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * The key is the account's auth token. Forms: the URL, then the fields sorted by name, each name followed by its value without anything
 * between them, so that `a=bc` and `ab=c` are signed alike. JSON: the URL with the body's digest in `bodySHA256`. Twilio leaves the
 * port out or puts it in; both count. No timestamp is signed.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
export const twilioWebhook: WebhookScheme = {
  signatures: [{ algorithm: 'hmac-sha1', key: 'utf8', encoding: 'base64', at: [{ header: 'x-twilio-signature' }] }],
  signed: ['url', 'form'],
  url: 'equivalent',
  bodyDigest: { query: 'bodySHA256' },
  event: { id: [{ header: 'i-twilio-idempotency-token' }], type: [] },
};
