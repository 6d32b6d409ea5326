import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** https://resend.com/docs/dashboard/webhooks/event-types */
function email({ iso, uuid }: ExampleContext, type: string, more: object = {}) {
  return {
    type,
    created_at: iso,
    data: {
      created_at: iso,
      email_id: uuid(),
      from: 'Shop <shop@example.com>',
      to: ['recipient@example.com'],
      subject: 'Your receipt',
      ...more,
    },
  };
}

const types: Readonly<Record<string, EventType>> = {
  'email.sent': {
    about: 'Resend has taken the mail and will try to deliver it. Nothing to do.',
    example: (context) => email(context, 'email.sent'),
  },
  'email.delivered': {
    about: "The recipient's server took the mail. Note it.",
    example: (context) => email(context, 'email.delivered'),
  },
  'email.bounced': {
    about: 'Refused for good. Mark the address as bad.',
    example: (context) =>
      email(context, 'email.bounced', {
        bounce: { type: 'Permanent', subType: 'General', message: 'The address does not exist.' },
      }),
  },
};

export const resendEvents: EventExamples = { layout: 'compact', headers: { 'user-agent': 'Svix-Webhooks/1.0' }, types };
