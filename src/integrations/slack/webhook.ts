import type { Challenge } from '../../webhooks/challenge.ts';
import { readToken } from '../../webhooks/challenge.ts';
import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * Events (JSON), slash commands and interactions (form) alike. The event's own type lies inside the `event_callback` envelope;
 * `url_verification` has none.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export const slackWebhook: WebhookScheme = {
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: 'utf8',
      encoding: 'hex',
      at: [{ header: 'x-slack-signature', prefix: 'v0=' }],
    },
  ],
  signed: [{ text: 'v0:' }, 'timestamp', { text: ':' }, 'body'],
  timestamp: { at: [{ header: 'x-slack-request-timestamp' }], toleranceS: 300 },
  event: { id: [{ json: ['event_id'] }], type: [{ json: ['event', 'type'] }, { json: ['type'] }] },
};

/** Sent when the URL is saved. https://docs.slack.dev/reference/events/url_verification */
export const slackChallenge: Challenge = (document) => {
  const challenge = document['type'] === 'url_verification' ? readToken(document['challenge']) : undefined;
  return challenge === undefined ? undefined : { status: 200, body: { challenge } };
};
