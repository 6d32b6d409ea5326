import type { EventExamples, EventType, ExampleContext } from '../../webhooks/event-examples.ts';

/** The timestamp is put in when it is signed. https://linear.app/developers/webhooks#the-webhook-payload */
function change({ iso, uuid }: ExampleContext, type: string, action: string, data: object) {
  return {
    action,
    actor: { id: uuid(), type: 'user', name: 'Jenny Rosen', email: 'jenny.rosen@example.com' },
    createdAt: iso,
    data: { id: uuid(), createdAt: iso, updatedAt: iso, ...data },
    type,
    organizationId: 'dc844923-f9a4-40a3-825c-dea7747e57e1',
    webhookTimestamp: 0,
    webhookId: '000042e3-d123-4980-b49f-8e140eef9329',
  };
}

const types: Readonly<Record<string, EventType>> = {
  Issue: {
    about: '`action` is `create`, `update` (`updatedFrom` has what was) or `remove`. Overwrite by `data.id`.',
    example: (context) =>
      change(context, 'Issue', 'create', {
        number: 86,
        identifier: 'ENG-86',
        title: 'The greeting is missing a comma',
        priority: 2,
        priorityLabel: 'High',
        state: { name: 'Todo', type: 'unstarted' },
        team: { key: 'ENG', name: 'Engineering' },
        labels: [],
        url: 'https://linear.app/example/issue/ENG-86',
      }),
  },
  Comment: {
    about: '`action` is `create`, `update` or `remove`. Pass over those that your own integration wrote.',
    example: (context) => change(context, 'Comment', 'create', { body: 'Fixed on main.', issueId: context.uuid() }),
  },
};

export const linearEvents: EventExamples = { layout: 'compact', headers: { 'user-agent': 'Linear-Webhook' }, types };
