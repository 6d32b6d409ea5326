import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

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

const types: Readonly<Record<string, EventType>> = {
  'meeting.started': {
    about: 'A meeting began. Tell its instances apart by `uuid`: the `id` is used again.',
    example: (context) => meeting(context, 'meeting.started', {}),
  },
  'meeting.ended': {
    about: 'A meeting ended. Reports and recordings come later, with events of their own.',
    example: (context) => meeting(context, 'meeting.ended', { end_time: context.iso }),
  },
  'endpoint.url_validation': {
    about:
      'Zoom checks the endpoint, now and then again. Verify it, then answer with `plainToken` and `encryptedToken`.',
    example: ({ seconds, text }) => ({
      payload: { plainToken: text(22) },
      event_ts: seconds * 1000,
      event: 'endpoint.url_validation',
    }),
  },
};

export const zoomEvents: EventExamples = {
  layout: 'compact',
  headers: { 'user-agent': 'Zoom Marketplace/1.0a', clientid: 'example' },
  types,
};
