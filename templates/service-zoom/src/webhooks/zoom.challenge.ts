import { createHmac } from 'node:crypto';
import { isFields, textOf } from '../utils/body.util.js';

/** Sent when the URL is saved and every 72 hours. https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint */
export function answerChallenge(document: unknown, secret: string): object | undefined {
  if (!isFields(document) || document.event !== 'endpoint.url_validation') return undefined;
  const plainToken = isFields(document.payload) ? textOf(document.payload, 'plainToken') : undefined;
  if (plainToken === undefined) return undefined;
  return { plainToken, encryptedToken: createHmac('sha256', secret).update(plainToken).digest('hex') };
}
