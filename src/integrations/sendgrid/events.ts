import type { EventExample, EventExamples, ExampleContext } from '../../webhooks/event-examples.ts';

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

const types: Readonly<Record<string, EventExample>> = {
  processed: (context) => [event(context, 'processed', { send_at: 0 })],
  delivered: (context) => [event(context, 'delivered', { response: '250 2.0.0 OK', tls: 1, ip: '198.51.100.7' })],
  bounce: (context) => [
    event(context, 'bounce', {
      bounce_classification: 'Invalid Address',
      reason: '550 5.1.1 The email account that you tried to reach does not exist',
      status: '5.1.1',
      type: 'bounce',
      tls: 1,
      ip: '198.51.100.7',
    }),
  ],
  open: (context) => [
    event(context, 'open', {
      sg_machine_open: false,
      useragent: 'Mozilla/5.0',
      ip: '203.0.113.9',
      sg_content_type: 'html',
    }),
  ],
  click: (context) => [
    event(context, 'click', {
      url: 'https://example.com/orders/6735',
      url_offset: { index: 0, type: 'html' },
      useragent: 'Mozilla/5.0',
      ip: '203.0.113.9',
    }),
  ],
  spamreport: (context) => [event(context, 'spamreport')],
  unsubscribe: (context) => [event(context, 'unsubscribe')],
  /** Several events in one delivery, as under load. */
  batch: (context) => [
    event(context, 'processed', { send_at: 0 }),
    event(context, 'delivered', { response: '250 2.0.0 OK', tls: 1, ip: '198.51.100.7' }),
    event(context, 'open', { sg_machine_open: true, useragent: 'Mozilla/5.0', ip: '203.0.113.9' }),
  ],
};

export const sendgridEvents: EventExamples = {
  layout: 'lines',
  lineEnd: '\r\n',
  headers: { 'user-agent': 'SendGrid Event API' },
  types,
};
