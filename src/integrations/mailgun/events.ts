import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** The signature is put beside the event. https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads */
function event({ seconds, text }: ExampleContext, name: string, more: object) {
  return {
    signature: {},
    'event-data': {
      id: text(22),
      timestamp: seconds + 0.25,
      'log-level': 'info',
      event: name,
      recipient: 'recipient@example.com',
      'recipient-domain': 'example.com',
      message: {
        headers: { 'message-id': `${text(20)}@mg.example.com`, from: 'Shop <shop@mg.example.com>' },
        size: 1024,
      },
      tags: ['receipt'],
      'user-variables': { order_id: '6735' },
      ...more,
    },
  };
}

const types: Readonly<Record<string, EventType>> = {
  delivered: {
    about: "The recipient's server took the mail. Note it.",
    example: (context) =>
      event(context, 'delivered', { 'delivery-status': { code: 250, message: 'OK', 'attempt-no': 1, tls: true } }),
  },
  failed: {
    about: '`severity` `permanent`: mark the address as bad. `temporary`: Mailgun tries again.',
    example: (context) =>
      event(context, 'failed', {
        severity: 'permanent',
        reason: 'bounce',
        'delivery-status': { code: 550, message: 'No such user', 'attempt-no': 1 },
      }),
  },
  opened: {
    about: "Opened, or loaded by the recipient's mail program. Count it, conclude little.",
    example: (context) => event(context, 'opened', { ip: '203.0.113.9', 'client-info': { 'client-type': 'browser' } }),
  },
};

export const mailgunEvents: EventExamples = {
  layout: 'compact',
  headers: { 'user-agent': 'mailgun/treq-20.9.0' },
  types,
};
