import type { Command } from 'commander';
import * as z from 'zod';
import { breakerStatus } from '../tools/breaker-status.ts';
import { listIntegrations } from '../tools/list-integrations.ts';
import { webhookListener } from '../tools/webhook-listener.ts';
import { paymentTitle } from '../views/payment-view.ts';
import type { EventStatus, EventSummary } from '../webhooks/event-log.ts';
import { EVENT_STATUSES } from '../webhooks/event-log.ts';
import { formatBreakers } from './breakers.ts';
import type { CommandContext } from './command.ts';
import { addCommand, examples, resultOf } from './command.ts';
import type { Host } from './host.ts';
import type { Style } from './style.ts';
import { formatTable, formatTime, indent, paint, plural } from './style.ts';
import { useTool } from './use-tool.ts';

const EVENTS_SINCE_MS = 24 * 3_600_000;
const MOST_EVENTS = 1_000;
const MOST_PAYMENTS = 5;

const integrationRow = z.object({
  name: z.string(),
  service: z.string(),
  mode: z.string(),
  health: z.enum(['ok', 'incomplete', 'failing']),
  missing: z.array(z.string()),
  warnings: z.array(z.string()),
});

export function addStatus(program: Command, context: CommandContext): void {
  addCommand(program, 'status', context, async () => resultOf(await readStatus(context.host), formatStatus))
    .description('this project at a glance')
    .addHelpText('after', examples('status', 'status --json'));
}

async function readStatus(host: Host) {
  const { deps } = await host.app();
  const { workspace } = host.settings();
  const { integrations, broken } = await useTool(host, listIntegrations, {});
  const { breakers } = await useTool(host, breakerStatus, {});
  const { state, url, routes } = await useTool(host, webhookListener, { action: 'status' });
  const since = Date.now() - EVENTS_SINCE_MS;
  const events = await deps.events.list(workspace, { since, limit: MOST_EVENTS });
  const payments = await deps.payments.list(workspace, MOST_PAYMENTS);
  return {
    workspace,
    integrations: integrations.map((row) => integrationRow.parse(row)),
    broken: broken.map(({ name }) => String(name)),
    breakers,
    listener: { state, url, routes: routes.length },
    events_24h: countByStatus(events),
    events_are_more: events.length === MOST_EVENTS,
    payments: payments.map((payment) => ({
      id: payment.id,
      title: paymentTitle(payment),
      status: payment.status,
      mode: payment.mode,
      reference: payment.reference,
      updated_at: new Date(payment.updatedAt).toISOString(),
    })),
  };
}

type Status = Awaited<ReturnType<typeof readStatus>>;
type Counts = Partial<Record<EventStatus, number>>;

function countByStatus(events: readonly EventSummary[]): Counts {
  const counts: Counts = {};
  for (const { status } of events) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const HEALTH_STYLES = { ok: 'green', incomplete: 'yellow', failing: 'red' } as const satisfies Record<string, Style>;

function formatStatus(status: Status): string {
  return [
    section('Workspace', status.workspace),
    section('Integrations', formatIntegrations(status)),
    ...(status.breakers.length === 0 ? [] : [section('Breakers', formatBreakers(status.breakers))]),
    section('Webhooks', formatWebhooks(status)),
    section('Payments, last changed first', formatPayments(status)),
  ].join('\n\n');
}

function section(title: string, text: string): string {
  return `${paint('bold', title)}\n${indent(text)}`;
}

function formatIntegrations({ integrations, broken }: Status): string {
  if (integrations.length + broken.length === 0) return 'none; an agent makes one with configure_integration';
  const rows = integrations.map(({ name, service, mode, health, missing, warnings }) => {
    const notes = [...(missing.length > 0 ? [`not set: ${missing.join(', ')}`] : []), ...warnings];
    return [name, service, mode, health, notes.join('; ')];
  });
  const table = formatTable(rows, (cell, column, row) => {
    const health = integrations[row]?.health;
    return column === 3 && health !== undefined ? paint(HEALTH_STYLES[health], cell) : cell;
  });
  return [
    ...(rows.length > 0 ? [table] : []),
    ...broken.map((name) => `${name}: ${paint('red', 'broken')}, disabled`),
  ].join('\n');
}

function formatWebhooks({ listener, events_24h: counts, events_are_more }: Status): string {
  const where =
    listener.state === 'stopped'
      ? 'not listening'
      : `listening at ${listener.url}, ${plural(listener.routes, 'route')}`;
  const shown = EVENT_STATUSES.flatMap((status) => (counts[status] === undefined ? [] : `${counts[status]} ${status}`));
  const events = shown.length === 0 ? 'none' : `${events_are_more ? 'of the newest: ' : ''}${shown.join(', ')}`;
  return `${where}\nevents of the last 24 hours: ${events}`;
}

function formatPayments({ payments }: Status): string {
  if (payments.length === 0) return 'none';
  return formatTable(
    payments.map(({ id, title, reference, updated_at }) => [formatTime(updated_at), id, title, reference ?? '']),
  );
}
