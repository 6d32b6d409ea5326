import type { Command } from 'commander';
import { Option } from 'commander';
import * as z from 'zod';
import { listWebhookEvents } from '../../tools/list-webhook-events.ts';
import type { EventStatus } from '../../webhooks/event-log.ts';
import { EVENT_STATUSES } from '../../webhooks/event-log.ts';
import type { CommandContext } from '../command.ts';
import { addCommand, examples, resultOf, wholeNumber } from '../command.ts';
import type { Style } from '../style.ts';
import { formatTable, formatTime, indent, paint } from '../style.ts';
import { useTool } from '../use-tool.ts';

interface ListOptions {
  provider?: string;
  type?: string;
  status?: EventStatus;
  since?: string;
  limit: number;
  cursor?: string;
}

const eventRow = z.object({
  id: z.string(),
  provider: z.string(),
  event_id: z.string().optional(),
  event_type: z.string().optional(),
  status: z.enum(EVENT_STATUSES),
  reason: z.string(),
  received_at: z.string(),
  path: z.string(),
  duplicates: z.int(),
  body_bytes: z.int(),
  headers: z.array(z.string()).optional(),
  body: z.string().optional(),
  body_base64: z.string().optional(),
  body_truncated: z.boolean().optional(),
  attempts: z
    .array(
      z.object({
        kind: z.string(),
        target: z.string().optional(),
        status: z.int().optional(),
        error: z.string().optional(),
        note: z.string().optional(),
        at: z.string(),
        took_ms: z.number(),
      }),
    )
    .optional(),
});
type EventRow = z.output<typeof eventRow>;

export function addList(webhooks: Command, context: CommandContext): void {
  addCommand(webhooks, 'list', context, async ({ provider, type, status, since, limit, cursor }: ListOptions) => {
    const args = { provider, type, status, since, limit, cursor };
    return resultOf(await useTool(context.host, listWebhookEvents, args), ({ events, next_cursor: next }) =>
      formatEvents(z.array(eventRow).parse(events), next),
    );
  })
    .description('what the listener received, newest first')
    .option('--provider <name>', 'only of it')
    .option('--type <type>', 'only of this event type')
    .addOption(new Option('--status <status>', 'only in it').choices(EVENT_STATUSES))
    .option('--since <time>', 'received at or after, ISO 8601')
    .option('--limit <number>', 'most events', wholeNumber(1, 100), 20)
    .option('--cursor <id>', 'go on after this event')
    .addHelpText(
      'after',
      examples('webhooks list --provider stripe --limit 5', 'webhooks list --status failed --json'),
    );
}

export function addShow(webhooks: Command, context: CommandContext): void {
  addCommand(webhooks, 'show', context, async (id: string) => {
    const { events, note } = await useTool(
      context.host,
      listWebhookEvents,
      { id, include: ['headers', 'body', 'attempts'] },
      { not_found: 'breakwater webhooks list shows those that there are; old ones are deleted after 30 days.' },
    );
    const [event = {}] = events;
    return resultOf({ ...event, note }, (shown) => formatEvent(eventRow.parse(shown)));
  })
    .description('one event whole, card data and secrets masked')
    .argument('<id>', 'its id in the log, from webhooks list')
    .addHelpText('after', examples('webhooks show 01J9ZK3M5T0000000000000000'));
}

export const STATUS_STYLES: Readonly<Record<EventStatus, Style>> = {
  processed: 'green',
  pending: 'yellow',
  ignored: 'dim',
  failed: 'red',
  unverified: 'red',
};

function formatEvents(events: readonly EventRow[], cursor: string | undefined): string {
  if (events.length === 0) return 'No events. The listener receives them: breakwater webhooks listen';
  const rows = events.map(({ id, received_at, provider, event_type, status, reason, duplicates }) => [
    id,
    formatTime(received_at),
    provider,
    event_type ?? '(no type)',
    status,
    [reason === 'ok' ? [] : reason, duplicates > 0 ? `+${duplicates} repeated` : []].flat().join(', '),
  ]);
  const table = formatTable(rows, (cell, column, row) => {
    const status = events[row]?.status;
    return column === 4 && status !== undefined ? paint(STATUS_STYLES[status], cell) : cell;
  });
  return cursor === undefined ? table : `${table}\nOlder ones: --cursor ${cursor}`;
}

function formatEvent(event: EventRow): string {
  const { attempts = [], headers = [], body, body_base64, body_truncated } = event;
  const facts = [
    ['event', [event.provider, event.event_type, event.event_id].filter((part) => part !== undefined).join(' ')],
    ['status', event.status === 'unverified' ? `unverified: ${event.reason}` : event.status],
    ['received', `${formatTime(event.received_at)} at ${event.path}, repeated ${event.duplicates} times`],
  ];
  const tries = attempts.map(({ kind, target, status, error, note, at, took_ms }) =>
    [formatTime(at), kind, target, status, error, note, `${Math.round(took_ms)} ms`]
      .filter((part) => part !== undefined)
      .join(' '),
  );
  const content = body ?? (body_base64 === undefined ? '' : `${body_base64} (base64)`);
  return [
    formatTable(facts),
    section('Attempts', tries.join('\n') || 'none'),
    section('Headers', headers.join('\n')),
    section(`Body, ${event.body_bytes} bytes${body_truncated ? ', its beginning' : ''}`, content),
  ].join('\n');
}

function section(title: string, text: string): string {
  return `\n${paint('bold', title)}\n${indent(text)}`;
}
