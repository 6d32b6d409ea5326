import type { WebhookScheme } from '../../webhooks/scheme.ts';

const RETRIED_FOR_S = 24 * 60 * 60;
const CLOCK_SKEW_S = 300;

/**
 * The Event Webhook: a batch of events as a JSON array, each with its own `sg_event_id`. The body ends with CRLF, which is signed.
 * No tolerance is documented. Refused events are sent again for 24 hours, and it is not said whether with a new timestamp: a shorter
 * tolerance could lose them for good, while a copy within that time is recognised by its `sg_event_id`.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook#retry-logic
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
  timestamp: { at: [{ header: 'x-twilio-email-event-webhook-timestamp' }], toleranceS: RETRIED_FOR_S + CLOCK_SKEW_S },
  event: { id: [{ json: [0, 'sg_event_id'] }], type: [{ json: [0, 'event'] }] },
};
