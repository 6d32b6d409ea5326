import type { EventExample, EventExamples, ExampleContext } from '../../webhooks/event-examples.ts';

const ACCOUNT = 'D8cJuqWVQ623CI4Q8yQK0Q';

/** https://developers.zoom.us/docs/api/meetings/events/ */
function meeting({ iso, seconds, text }: ExampleContext, event: string, more: object) {
  return {
    event,
    event_ts: seconds * 1000,
    payload: {
      account_id: ACCOUNT,
      object: {
        uuid: `${text(22)}==`,
        id: '97763643886',
        host_id: 'uLobbbbbbbbbb_qQsQ',
        topic: 'Weekly meeting',
        type: 2,
        start_time: iso,
        duration: 30,
        timezone: 'America/Los_Angeles',
        ...more,
      },
    },
  };
}

const types: Readonly<Record<string, EventExample>> = {
  'meeting.started': (context) => meeting(context, 'meeting.started', {}),
  'meeting.ended': (context) => meeting(context, 'meeting.ended', { end_time: context.iso }),
  'endpoint.url_validation': ({ seconds, text }) => ({
    payload: { plainToken: text(22) },
    event_ts: seconds * 1000,
    event: 'endpoint.url_validation',
  }),
};

export const zoomEvents: EventExamples = {
  layout: 'compact',
  headers: { 'user-agent': 'Zoom Marketplace/1.0a', clientid: 'example' },
  types,
};
