import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** https://platform.openai.com/docs/guides/webhooks */
function event({ seconds, text }: ExampleContext, type: string, id: string) {
  return { id: `evt_${text(32)}`, object: 'event', created_at: seconds, type, data: { id } };
}

const types: Readonly<Record<string, EventType>> = {
  'response.completed': {
    about: 'A background response is ready. Fetch it by `data.id`: the event has only that.',
    example: (context) => event(context, 'response.completed', `resp_${context.text(32)}`),
  },
  'batch.completed': {
    about: 'A batch is done. Fetch it by `data.id`, then its output file.',
    example: (context) => event(context, 'batch.completed', `batch_${context.text(32)}`),
  },
};

export const openaiEvents: EventExamples = { layout: 'compact', headers: { 'user-agent': 'OpenAI/1.0' }, types };
