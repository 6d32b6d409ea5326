import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** https://clerk.com/docs/guides/development/webhooks/overview */
function event({ seconds }: ExampleContext, type: string, data: object) {
  return {
    data,
    event_attributes: { http_request: { client_ip: '203.0.113.9', user_agent: 'Mozilla/5.0' } },
    instance_id: 'ins_2bYxExampleInstance',
    object: 'event',
    timestamp: seconds * 1000,
    type,
  };
}

function user({ seconds, text }: ExampleContext) {
  const address = `idn_${text(27)}`;
  return {
    id: `user_${text(27)}`,
    object: 'user',
    email_addresses: [{ id: address, object: 'email_address', email_address: 'jenny.rosen@example.com' }],
    primary_email_address_id: address,
    first_name: 'Jenny',
    last_name: 'Rosen',
    public_metadata: {},
    created_at: seconds * 1000,
    updated_at: seconds * 1000,
  };
}

const types: Readonly<Record<string, EventType>> = {
  'user.created': {
    about: 'Somebody signed up. Insert the user, or update it when a later event came first.',
    example: (context) => event(context, 'user.created', user(context)),
  },
  'user.updated': {
    about: 'A user changed. Overwrite, unless what is stored has a later `updated_at`.',
    example: (context) => event(context, 'user.updated', user(context)),
  },
  'user.deleted': {
    about: 'A user is gone; only the id comes. Delete or anonymise, and let no late `user.updated` bring it back.',
    example: (context) => event(context, 'user.deleted', { id: user(context).id, object: 'user', deleted: true }),
  },
};

export const clerkEvents: EventExamples = { layout: 'compact', headers: { 'user-agent': 'Svix-Webhooks/1.0' }, types };
