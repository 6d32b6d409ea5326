import type { Command } from 'commander';
import { sleep } from '../../core/clock.ts';
import { AppError } from '../../core/errors.ts';
import { webhookListener } from '../../tools/webhook-listener.ts';
import { describeEvent } from '../../views/webhook-event-view.ts';
import type { CommandContext } from '../command.ts';
import { addCommand, examples, resultOf, wholeNumber } from '../command.ts';
import type { Host } from '../host.ts';
import { formatTime, paint } from '../style.ts';
import { useTool } from '../use-tool.ts';
import { STATUS_STYLES } from './list.ts';

interface ListenOptions {
  port?: number;
  forwardTo?: string;
  secretEnv?: string;
  publicUrl?: string;
  json?: boolean;
}

type Started = Awaited<ReturnType<typeof start>>;

const LOOK_EVERY_MS = 250;
/** Events that are looked at for a change of their status. */
const WATCHED = 100;

export function addListen(webhooks: Command, context: CommandContext): void {
  addCommand(webhooks, 'listen', context, async (provider: string | undefined, options: ListenOptions) => {
    await listen(context.host, provider, options);
    return undefined;
  })
    .description('receive webhooks until Ctrl-C and show what becomes of each')
    .argument('[provider]', 'serve /<provider> in place of the saved routes')
    .option('--port <number>', 'default: the last, else 4747; 0 is a free one', wholeNumber(0, 65_535))
    .option('--forward-to <url>', 'your handler on this machine (with a provider)')
    .option('--secret-env <name>', "variable with the secret (with a provider; default: the integration's)")
    .option('--public-url <origin>', 'of a tunnel, where the address is signed (with a provider)')
    .addHelpText(
      'after',
      examples('webhooks listen', 'webhooks listen stripe --forward-to http://127.0.0.1:3000/webhooks'),
    );
}

async function listen(host: Host, provider: string | undefined, options: ListenOptions): Promise<void> {
  const ended = host.ended();
  const since = Date.now();
  const started = await start(host, provider, options);
  const json = options.json === true;
  const { text } = resultOf(started, formatStart);
  await host.write(json ? `${JSON.stringify(started)}\n` : `${text}\n`);
  await showEvents(host, since, json, ended);
}

function start(host: Host, provider: string | undefined, { port, forwardTo, secretEnv, publicUrl }: ListenOptions) {
  const route = { forward_to: forwardTo, secret_env: secretEnv, public_url: publicUrl };
  if (provider === undefined && Object.values(route).some((value) => value !== undefined)) {
    throw new AppError('invalid_input', 'It is not said whose webhooks these are.', {
      hint: 'Name the provider too, for instance: breakwater webhooks listen stripe --forward-to …',
    });
  }
  const routes = provider === undefined ? undefined : [{ path: `/${provider}`, provider, ...route }];
  return useTool(host, webhookListener, { action: 'start', port, routes });
}

/** Shows each event when it arrives and whenever its status changes. */
async function showEvents(host: Host, since: number, json: boolean, ended: Promise<void>): Promise<void> {
  const { deps } = await host.app();
  const { workspace } = host.settings();
  const shown = new Map<string, string>();
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const event of (await deps.events.list(workspace, { since, limit: WATCHED })).reverse()) {
      if (shown.get(event.id) === event.status) continue;
      shown.set(event.id, event.status);
      const { data, text } = resultOf(describeEvent(event), formatChange);
      await host.write(json ? `${JSON.stringify(data)}\n` : `${text}\n`);
    }
    await Promise.race([ended, sleep(LOOK_EVERY_MS)]);
  }
}

function formatStart({ state, url, routes }: Started): string {
  const where =
    state === 'running_elsewhere' ? 'Another process listens already; this one takes over when it ends' : 'Listening';
  const lines = routes.map(({ path, provider, secret_env, secret_set, forward_to }) => {
    const isSet = secret_set === true;
    const secret = isSet
      ? `secret in ${secret_env}`
      : paint('red', `${secret_env} is not set: nothing can be verified`);
    const handler = forward_to === undefined ? '' : ` → ${forward_to}`;
    return `  ${url}${path} ${provider}, ${secret}${handler}`;
  });
  return [`${where} (Ctrl-C ends it)`, ...lines].join('\n');
}

function formatChange(event: ReturnType<typeof describeEvent>): string {
  const { received_at, provider, event_type, status, reason, id } = event;
  const what = status === 'unverified' ? `unverified: ${reason}` : status;
  return `${formatTime(received_at)} ${provider} ${event_type ?? '(no type)'} ${paint(STATUS_STYLES[status], what)} ${paint('dim', id)}`;
}
