import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { defineTool } from '../core/tool.ts';
import {
  describeAttempts,
  describeBody,
  describeEvent,
  describeHeaders,
  SENDER_NOTE,
} from '../views/webhook-event-view.ts';
import type { EventLog, EventSummary } from '../webhooks/event-log.ts';
import { EVENT_STATUSES } from '../webhooks/event-log.ts';
import { parseTime } from './search-memories.ts';

const INCLUDES = ['headers', 'body', 'attempts'] as const;
type Include = (typeof INCLUDES)[number];

/** Characters of JSON after which a page ends; what is to come may be that long again. */
const PAGE_LENGTH = 10_000;

const input = z.strictObject({
  id: z.string().optional().describe('Only this event'),
  provider: z.string().optional().describe('Only of it'),
  type: z.string().optional().describe('Only of this event type'),
  status: z.enum(EVENT_STATUSES).optional().describe('Only in it'),
  since: z.string().optional().describe('ISO 8601'),
  limit: z.int().min(1).max(100).default(20).describe('Most events'),
  cursor: z.string().optional().describe('next_cursor'),
  include: z.array(z.enum(INCLUDES)).default([]).describe('Show also'),
});

const output = z.object({
  events: z.array(z.record(z.string(), z.unknown())),
  next_cursor: z.string().optional(),
  note: z.string().optional(),
});

interface Deps {
  events: EventLog;
  secrets: Secrets;
}

export const listWebhookEvents = defineTool({
  name: 'list_webhook_events',
  title: 'List received webhooks',
  description:
    'Shows the webhooks that the listener received, newest first. Returns events[] with id, provider, event_id, event_type, status, ' +
    'reason (of the verdict), received_at, path, duplicates, body_bytes; on request headers, body and attempts (to apply or forward it). ' +
    'Secrets and card data are masked.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  input,
  output,
  async run(args, deps: Deps, { caller: { workspace } }) {
    const { include, limit } = args;
    const summaries = await find(args, deps.events, workspace);
    const shown: Record<string, unknown>[] = [];
    let length = 0;
    for (const summary of summaries.slice(0, limit)) {
      if (length > PAGE_LENGTH) break;
      const view = { ...describeEvent(summary), ...(await details(summary, include, deps)) };
      shown.push(view);
      length += JSON.stringify(view).length;
    }
    const last = summaries[shown.length - 1];
    return {
      events: shown,
      next_cursor: summaries.length > shown.length ? last?.id : undefined,
      note: include.includes('headers') || include.includes('body') ? SENDER_NOTE : undefined,
    };
  },
});

/** One more than asked for tells whether there is another page. */
async function find(args: z.output<typeof input>, events: EventLog, workspace: string): Promise<EventSummary[]> {
  const { id, provider, type, status, limit, cursor } = args;
  if (id === undefined) {
    return events.list(workspace, {
      provider,
      type,
      status,
      since: parseTime('since', args.since),
      before: cursor,
      limit: limit + 1,
    });
  }
  const event = await events.get(workspace, id);
  if (event !== undefined) return [event];
  throw new AppError('not_found', 'There is no such event in the log of this workspace.', {
    hint: 'Call list_webhook_events without id; old events are deleted after 30 days.',
  });
}

async function details({ workspace, id }: EventSummary, include: readonly Include[], { events, secrets }: Deps) {
  const mask = secrets.mask ?? ((text: string) => text);
  const needsEvent = include.includes('headers') || include.includes('body');
  const event = needsEvent ? await events.get(workspace, id) : undefined;
  return {
    ...(event !== undefined && include.includes('headers') ? { headers: describeHeaders(event, mask) } : {}),
    ...(event !== undefined && include.includes('body') ? describeBody(event, mask) : {}),
    ...(include.includes('attempts') ? { attempts: describeAttempts(await events.attempts(workspace, id)) } : {}),
  };
}
