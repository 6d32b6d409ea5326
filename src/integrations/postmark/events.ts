import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** https://postmarkapp.com/developer/webhooks/webhooks-overview */
function event({ uuid }: ExampleContext, type: string, more: object) {
  return {
    RecordType: type,
    MessageID: uuid(),
    MessageStream: 'outbound',
    ServerID: 23,
    Tag: 'receipt',
    Metadata: { order_id: '6735' },
    ...more,
  };
}

const types: Readonly<Record<string, EventType>> = {
  Delivery: {
    about: "The recipient's server took the mail. Note it.",
    example: (context) =>
      event(context, 'Delivery', {
        Recipient: 'recipient@example.com',
        DeliveredAt: context.iso,
        Details: 'smtp;250 2.0.0 OK',
      }),
  },
  Bounce: {
    about: 'Refused. `Inactive: true`: Postmark sends nothing more to that address, mark it as bad.',
    example: (context) =>
      event(context, 'Bounce', {
        ID: 4323372036854,
        Type: 'HardBounce',
        TypeCode: 1,
        Name: 'Hard bounce',
        Description: 'The server was unable to deliver your message.',
        Details: 'smtp;550 5.1.1 no such user',
        Email: 'recipient@example.com',
        From: 'shop@example.com',
        BouncedAt: context.iso,
        Inactive: true,
        CanActivate: true,
        Subject: 'Your receipt',
      }),
  },
  SpamComplaint: {
    about: 'The recipient called it spam. Stop writing to the address.',
    example: (context) =>
      event(context, 'SpamComplaint', {
        ID: 4323372036855,
        Type: 'SpamComplaint',
        TypeCode: 512,
        Email: 'recipient@example.com',
        From: 'shop@example.com',
        BouncedAt: context.iso,
      }),
  },
};

export const postmarkEvents: EventExamples = { layout: 'compact', headers: { 'user-agent': 'Postmark' }, types };
