import type { WebhookScheme } from '../../webhooks/scheme.ts';

/**
 * The Event Webhook: a batch of events as a JSON array, each with its own `sg_event_id`. The body ends with CRLF, which is signed.
 * SendGrid documents no tolerance; 300 seconds is what most other providers use.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
export const sendgridWebhook: WebhookScheme = {
  signatures: [
    {
      algorithm: 'ecdsa-p256',
      key: 'spki',
      encoding: 'base64',
      at: [{ header: 'x-twilio-email-event-webhook-signature' }],
    },
  ],
  signed: ['timestamp', 'body'],
  timestamp: { at: [{ header: 'x-twilio-email-event-webhook-timestamp' }], toleranceS: 300 },
  event: { id: [{ json: [0, 'sg_event_id'] }], type: [{ json: [0, 'event'] }] },
};
