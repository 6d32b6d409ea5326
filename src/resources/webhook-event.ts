import { AppError } from '../core/errors.ts';
import type { Resource } from '../core/resource.ts';
import type { Secrets } from '../core/secrets.ts';
import { describeWholeEvent } from '../views/webhook-event-view.ts';
import type { EventLog } from '../webhooks/event-log.ts';

const LISTED = 25;

export const webhookEventResource: Resource<{ events: EventLog; secrets: Secrets }> = {
  name: 'webhook-event',
  title: 'Webhook event',
  description: 'One received webhook: verdict, headers, body and attempts, with secrets and card data masked',
  uriTemplate: 'webhook-event://{id}',
  async list({ events }, { workspace }) {
    const found = await events.list(workspace, { limit: LISTED });
    return found.map(({ id, provider, eventType, status }) => ({
      uri: `webhook-event://${id}`,
      name: id,
      title: `${provider} ${eventType ?? 'webhook'}`,
      description: status,
    }));
  },
  async version(id, { events }, { workspace }) {
    const event = await events.get(workspace, id);
    if (event === undefined) return '';
    const attempts = await events.attempts(workspace, id);
    return JSON.stringify([
      event.status,
      event.duplicates,
      event.lastDuplicateAt,
      attempts.at(-1)?.startedAt,
      attempts.length,
    ]);
  },
  async read(id, { events, secrets }, { workspace }) {
    const event = await events.get(workspace, id);
    if (event === undefined) {
      throw new AppError('not_found', 'There is no such webhook event.', {
        hint: 'Take an id from list_webhook_events.',
      });
    }
    return describeWholeEvent(event, await events.attempts(workspace, id), secrets.mask);
  },
};
