import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** https://developers.intercom.com/docs/references/webhooks/webhook-models */
function notification({ seconds, uuid }: ExampleContext, topic: string, item: object) {
  return {
    type: 'notification_event',
    app_id: 'a86dr8yl',
    data: { type: 'notification_event_data', item },
    links: {},
    id: `notif_${uuid()}`,
    topic,
    delivery_status: 'pending',
    delivery_attempts: 1,
    delivered_at: 0,
    first_sent_at: seconds,
    created_at: seconds,
    self: null,
  };
}

function contact({ seconds, uuid }: ExampleContext) {
  return {
    type: 'contact',
    id: uuid().replaceAll('-', '').slice(0, 24),
    external_id: '25',
    role: 'user',
    email: 'jenny.rosen@example.com',
    name: 'Jenny Rosen',
    created_at: seconds,
    updated_at: seconds,
  };
}

const types: Readonly<Record<string, EventType>> = {
  'contact.user.created': {
    about: 'A contact was created. Insert or update it by `id`.',
    example: (context) => notification(context, 'contact.user.created', contact(context)),
  },
  'conversation.user.created': {
    about: 'A user began a conversation. `source` holds the first message, as HTML from outside.',
    example: (context) =>
      notification(context, 'conversation.user.created', {
        type: 'conversation',
        id: '1122334455',
        created_at: context.seconds,
        updated_at: context.seconds,
        state: 'open',
        read: false,
        source: { type: 'conversation', id: '99887766', body: '<p>Where is my order?</p>', author: contact(context) },
      }),
  },
  ping: {
    about: 'A test from the developer hub. Answer 2xx.',
    example: (context) => notification(context, 'ping', { type: 'ping', message: 'A test notification' }),
  },
};

export const intercomEvents: EventExamples = {
  layout: 'compact',
  headers: { 'user-agent': 'intercom-parrot-service-client/1.0', 'intercom-webhooks-delivery-version': 'v2' },
  types,
};
