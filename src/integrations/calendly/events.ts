import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

const API = 'https://api.calendly.com';

/** https://developer.calendly.com/api-docs/ZG9jOjM2MzE2MDM4-webhook-payload */
function invitee({ iso, uuid }: ExampleContext, event: string, more: object) {
  const meeting = `${API}/scheduled_events/${uuid()}`;
  const id = uuid();
  return {
    event,
    created_at: iso,
    created_by: `${API}/users/${uuid()}`,
    payload: {
      uri: `${meeting}/invitees/${id}`,
      event: meeting,
      email: 'jenny.rosen@example.com',
      name: 'Jenny Rosen',
      first_name: null,
      last_name: null,
      timezone: 'America/New_York',
      rescheduled: false,
      old_invitee: null,
      new_invitee: null,
      no_show: null,
      payment: null,
      cancel_url: `https://calendly.com/cancellations/${id}`,
      reschedule_url: `https://calendly.com/reschedulings/${id}`,
      questions_and_answers: [{ position: 0, question: 'What is it about?', answer: 'The project' }],
      scheduled_event: { uri: meeting, name: '30 minutes', status: 'active', start_time: iso, end_time: iso },
      created_at: iso,
      updated_at: iso,
      ...more,
    },
  };
}

const types: Readonly<Record<string, EventType>> = {
  'invitee.created': {
    about: 'Somebody booked. After a move `old_invitee` names the booking that this one replaces.',
    example: (context) => invitee(context, 'invitee.created', { status: 'active' }),
  },
  'invitee.canceled': {
    about:
      'A booking was cancelled. With `rescheduled: true` it was moved, and the new one comes as `invitee.created`.',
    example: (context) =>
      invitee(context, 'invitee.canceled', {
        status: 'canceled',
        cancellation: {
          canceled_by: 'Jenny Rosen',
          canceler_type: 'invitee',
          reason: 'Another time',
          created_at: context.iso,
        },
      }),
  },
};

export const calendlyEvents: EventExamples = { layout: 'compact', types };
