import type { Challenge } from '../../webhooks/challenge.ts';
import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * Interactions and webhook events alike. The secret is the application's public key. Discord documents no tolerance; 300 seconds is what
 * most other providers use.
 * https://docs.discord.com/developers/interactions/overview#validating-security-request-headers
 */
export const discordWebhook: WebhookScheme = {
  signatures: [{ algorithm: 'ed25519', key: 'hex', encoding: 'hex', at: [{ header: 'x-signature-ed25519' }] }],
  signed: ['timestamp', 'body'],
  timestamp: { at: [{ header: 'x-signature-timestamp' }], toleranceS: 300 },
  event: { id: [{ json: ['id'] }], type: [{ json: ['event', 'type'] }, { json: ['type'] }] },
};

/** Interactions are pinged with type 1 and want a PONG, webhook events with type 0 and want nothing. */
export const discordChallenge: Challenge = (document) => {
  if (document['type'] === 1 && !('event' in document)) return { status: 200, body: { type: 1 } };
  return document['type'] === 0 ? { status: 204, body: undefined } : undefined;
};
