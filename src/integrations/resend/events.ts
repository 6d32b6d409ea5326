import type { EventExample, EventExamples, ExampleContext } from '../../webhooks/event-examples.ts';

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

const types: Readonly<Record<string, EventExample>> = {
  'email.sent': (context) => email(context, 'email.sent'),
  'email.delivered': (context) => email(context, 'email.delivered'),
  'email.bounced': (context) =>
    email(context, 'email.bounced', {
      bounce: { type: 'Permanent', subType: 'General', message: 'The address does not exist.' },
    }),
};

export const resendEvents: EventExamples = { layout: 'compact', headers: { 'user-agent': 'Svix-Webhooks/1.0' }, types };
