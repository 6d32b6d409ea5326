import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

const EMAIL = 'recipient@example.com';

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
function event({ seconds, text }: ExampleContext, name: string, more: object = {}) {
  const message = text(22);
  return {
    email: EMAIL,
    timestamp: seconds,
    'smtp-id': `<${message}@geopod-ismtpd-1>`,
    event: name,
    category: ['receipt'],
    sg_event_id: text(22),
    sg_message_id: `${message}.recvd-5c8b7d9f4-x2k4l-1-65E0F0A1-1D.0`,
    ...more,
  };
}

const types: Readonly<Record<string, EventType>> = {
  processed: {
    about: 'SendGrid has taken the mail and will try to deliver it. Nothing to do.',
    example: (context) => [event(context, 'processed', { send_at: 0 })],
  },
  delivered: {
    about: "The recipient's server took the mail, which may still be filed as spam. Note it.",
    example: (context) => [event(context, 'delivered', { response: '250 2.0.0 OK', tls: 1, ip: '198.51.100.7' })],
  },
  bounce: {
    about:
      "The recipient's server refused it. `type` `bounce`: the address is suppressed, mark it as bad; `blocked`: this mail only.",
    example: (context) => [
      event(context, 'bounce', {
        bounce_classification: 'Invalid Address',
        reason: '550 5.1.1 The email account that you tried to reach does not exist',
        status: '5.1.1',
        type: 'bounce',
        tls: 1,
        ip: '198.51.100.7',
      }),
    ],
  },
  open: {
    about: "Opened, or loaded by the recipient's mail program (`sg_machine_open`). Count it, conclude little.",
    example: (context) => [
      event(context, 'open', {
        sg_machine_open: false,
        useragent: 'Mozilla/5.0',
        ip: '203.0.113.9',
        sg_content_type: 'html',
      }),
    ],
  },
  click: {
    about: 'A link was clicked; `url` has it. Count it.',
    example: (context) => [
      event(context, 'click', {
        url: 'https://example.com/orders/6735',
        url_offset: { index: 0, type: 'html' },
        useragent: 'Mozilla/5.0',
        ip: '203.0.113.9',
      }),
    ],
  },
  spamreport: {
    about: 'The recipient called it spam, and the address is suppressed. Stop writing to it.',
    example: (context) => [event(context, 'spamreport')],
  },
  unsubscribe: {
    about: 'The recipient unsubscribed from all mail. Stop writing to the address.',
    example: (context) => [event(context, 'unsubscribe')],
  },
  /** Several events in one delivery, as under load. */
  batch: {
    about:
      'No type of its own: one delivery with several events, as all deliveries may be. Handle each by its `sg_event_id`.',
    example: (context) => [
      event(context, 'processed', { send_at: 0 }),
      event(context, 'delivered', { response: '250 2.0.0 OK', tls: 1, ip: '198.51.100.7' }),
      event(context, 'open', { sg_machine_open: true, useragent: 'Mozilla/5.0', ip: '203.0.113.9' }),
    ],
  },
};

export const sendgridEvents: EventExamples = {
  layout: 'lines',
  lineEnd: '\r\n',
  headers: { 'user-agent': 'SendGrid Event API' },
  types,
};
