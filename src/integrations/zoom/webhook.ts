import { createHmac } from 'node:crypto';
import type { Challenge } from '../../webhooks/challenge.ts';
import { readToken } from '../../webhooks/challenge.ts';
import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * The key is the app's secret token. Zoom documents no tolerance; 300 seconds is what most other providers use.
 * https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events
 */
export const zoomWebhook: WebhookScheme = {
  signatures: [
    { algorithm: 'hmac-sha256', key: 'utf8', encoding: 'hex', at: [{ header: 'x-zm-signature', prefix: 'v0=' }] },
  ],
  signed: [{ text: 'v0:' }, 'timestamp', { text: ':' }, 'body'],
  timestamp: { at: [{ header: 'x-zm-request-timestamp' }], toleranceS: 300 },
  event: { id: [], type: [{ json: ['event'] }] },
};

/**
 * Sent when the URL is saved and every 72 hours; wanted within 3 seconds. The token cannot be the text of a signature, which holds
 * colons. https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint
 */
export const zoomChallenge: Challenge = (document, secret) => {
  const payload = document['payload'];
  if (document['event'] !== 'endpoint.url_validation' || typeof payload !== 'object' || payload === null)
    return undefined;
  const plainToken = readToken((payload as Record<string, unknown>)['plainToken']);
  if (plainToken === undefined) return undefined;
  const encryptedToken = createHmac('sha256', secret).update(plainToken).digest('hex');
  return { status: 200, body: { plainToken, encryptedToken } };
};
