import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

const CHANNEL = 'C0LAN2Q65';
const USER = 'U061F7AUR';
const TEAM = 'T0MJRM1A7';

/** https://docs.slack.dev/apis/events-api/#callback-field */
function callback({ seconds, text }: ExampleContext, event: object) {
  return {
    token: text(24),
    team_id: TEAM,
    api_app_id: 'A0FFV41KK',
    event: { ...event, channel: CHANNEL, user: USER, ts: `${seconds}.000200`, event_ts: `${seconds}.000200` },
    type: 'event_callback',
    event_id: `Ev${text(9).toUpperCase()}`,
    event_time: seconds,
    authorizations: [
      { enterprise_id: null, team_id: TEAM, user_id: 'U0LAN0Z89', is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  };
}

const types: Readonly<Record<string, EventType>> = {
  app_mention: {
    about: 'Somebody mentioned the app. Answer 200 within 3 s, reply with `chat.postMessage` afterwards.',
    example: (context) => callback(context, { type: 'app_mention', text: '<@U0LAN0Z89> how is the water today?' }),
  },
  message: {
    about:
      "A message where the app listens. Pass over those with `bot_id` (the app's own among them) and `subtype`, or it answers itself.",
    example: (context) => callback(context, { type: 'message', channel_type: 'channel', text: 'Hello' }),
  },
  url_verification: {
    about: 'Slack checks the endpoint. Verify it, then answer with the text of `challenge`.',
    example: ({ text }) => ({ token: text(24), challenge: text(52), type: 'url_verification' }),
  },
  /** https://docs.slack.dev/interactivity/implementing-slash-commands */
  slash_command: {
    about: 'A form, not JSON. Answer within 3 s; longer work replies to `response_url`.',
    example: ({ text }) =>
      new URLSearchParams({
        token: text(24),
        team_id: TEAM,
        team_domain: 'example',
        channel_id: CHANNEL,
        channel_name: 'general',
        user_id: USER,
        user_name: 'jenny',
        command: '/weather',
        text: '94103',
        api_app_id: 'A0FFV41KK',
        response_url: `https://hooks.slack.com/commands/${TEAM}/1234567890/${text(24)}`,
        trigger_id: `13345224609.738474920.${text(32)}`,
      }),
  },
};

export const slackEvents: EventExamples = {
  layout: 'compact',
  headers: { 'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)' },
  types,
};
