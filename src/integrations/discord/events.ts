import type { EventExamples, EventType } from '../../webhooks/event-examples.ts';

const APPLICATION = '845027738276462632';

const types: Readonly<Record<string, EventType>> = {
  /** https://docs.discord.com/developers/events/webhook-events */
  APPLICATION_AUTHORIZED: {
    about: 'Somebody added the app to a server or account. Answer 204.',
    example: ({ iso }) => ({
      version: 1,
      application_id: APPLICATION,
      type: 1,
      event: {
        type: 'APPLICATION_AUTHORIZED',
        timestamp: iso,
        data: {
          integration_type: 1,
          scopes: ['applications.commands'],
          user: { id: '53908232506183680', username: 'mason', discriminator: '0', global_name: 'Mason' },
        },
      },
    }),
  },
  WEBHOOK_PING: {
    about: 'Discord checks the endpoint. Verify it, then answer 204 without a body.',
    example: () => ({ version: 1, application_id: APPLICATION, type: 0 }),
  },
  /** https://docs.discord.com/developers/interactions/receiving-and-responding */
  APPLICATION_COMMAND: {
    about: 'A command was used. Answer within 3 s, or defer (type 5) and follow up within 15 minutes.',
    example: ({ text }) => ({
      type: 2,
      id: '786008729715212338',
      application_id: APPLICATION,
      token: text(60),
      version: 1,
      guild_id: '290926798626357999',
      channel_id: '645027906669510667',
      data: { id: '771825006014889984', name: 'weather', type: 1, options: [{ type: 3, name: 'zip', value: '94103' }] },
      member: { user: { id: '53908232506183680', username: 'mason' }, roles: [], permissions: '2147483647' },
    }),
  },
  INTERACTION_PING: {
    about: 'Discord checks the endpoint, also with false signatures. Verify it, then answer `{"type":1}`.',
    example: ({ text }) => ({
      type: 1,
      id: '786008729715212339',
      application_id: APPLICATION,
      token: text(60),
      version: 1,
    }),
  },
};

export const discordEvents: EventExamples = {
  layout: 'compact',
  headers: { 'user-agent': 'Discord-Interactions/1.0' },
  types,
};
