import type { WebhookScheme } from '../../webhooks/scheme.ts';

const hmac = { algorithm: 'hmac-sha256', key: 'utf8', encoding: 'hex' } as const;

/**
 * The signature lies in the body, over a timestamp and a one-time token: the event itself is not signed. Events of a subaccount carry
 * a signature with the main account's key as well. Mailgun warns of delays and names no tolerance; an hour still bounds replays.
 * https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
export const mailgunWebhook: WebhookScheme = {
  signatures: [
    { ...hmac, at: [{ json: ['signature', 'signature'] }] },
    { ...hmac, at: [{ json: ['signature', 'parent-signature'] }] },
  ],
  signed: ['timestamp', 'id'],
  timestamp: { at: [{ json: ['signature', 'timestamp'] }], toleranceS: 3600 },
  id: [{ json: ['signature', 'token'] }],
  event: { id: [{ json: ['event-data', 'id'] }], type: [{ json: ['event-data', 'event'] }] },
};
