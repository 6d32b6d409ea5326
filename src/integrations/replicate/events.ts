import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** The body is the prediction itself. https://replicate.com/docs/topics/webhooks/receive-webhook */
function prediction({ iso, text }: ExampleContext, status: string, more: object) {
  const id = text(26).toLowerCase();
  return {
    id,
    model: 'black-forest-labs/flux-schnell',
    version: 'hidden',
    input: { prompt: 'A breakwater at dawn' },
    logs: '',
    error: null,
    status,
    created_at: iso,
    started_at: iso,
    urls: { get: `https://api.replicate.com/v1/predictions/${id}` },
    ...more,
  };
}

const types: Readonly<Record<string, EventType>> = {
  completed: {
    about:
      'The prediction has ended; `status` says how. Copy the files of `output` at once: they are kept for an hour.',
    example: (context) =>
      prediction(context, 'succeeded', {
        completed_at: context.iso,
        output: ['https://replicate.delivery/example/out-0.webp'],
        metrics: { predict_time: 1.2 },
      }),
  },
  failed: {
    about: 'No type of its own: `completed` with the status `failed`. `error` says why.',
    example: (context) =>
      prediction(context, 'failed', { completed_at: context.iso, output: null, error: 'The prompt was refused.' }),
  },
};

export const replicateEvents: EventExamples = { layout: 'compact', types };
