import type { Command } from 'commander';
import { Option } from 'commander';
import * as z from 'zod';
import { replayWebhook } from '../../tools/replay-webhook.ts';
import { FAULTS } from '../../webhooks/replay/faults.ts';
import { ORDERS } from '../../webhooks/replay/order.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { addCommand, examples, gather, resultOf, wholeNumber } from '../command.ts';
import type { Style } from '../style.ts';
import { formatTable, indent, paint } from '../style.ts';
import { useTool } from '../use-tool.ts';

interface ReplayOptions {
  provider?: string;
  example?: string[];
  to?: string;
  stateUrl?: string;
  times?: number;
  order?: (typeof ORDERS)[number];
  seed?: number;
  resign?: boolean;
  secretEnv?: string;
  faults?: ((typeof FAULTS)[number] | 'all')[];
}

const attempt = z.object({
  event: z.string(),
  purpose: z.string(),
  status: z.union([z.string(), z.number()]),
  ms: z.number(),
  answer: z.string().optional(),
  changed: z.string().optional(),
});
const point = z.object({
  point: z.string(),
  result: z.enum(['pass', 'fail', 'unknown']),
  evidence: z.string(),
  fix: z.string().optional(),
});
const view = z.object({ run: z.record(z.string(), z.unknown()), attempts: z.array(attempt), verdict: z.array(point) });

export function addReplay(webhooks: Command, context: CommandContext): void {
  const command = addCommand(webhooks, 'replay', context, (ids: string[], options: ReplayOptions) => {
    if (ids.length > 0 && options.example !== undefined) {
      command.error('error: stored events and --example exclude each other');
    }
    return replay(context, ids, options);
  });
  command
    .description('send events to your handler and judge it')
    .argument('[ids...]', 'stored events, from webhooks list (default: the newest)')
    .option('--provider <name>', 'of the events')
    .option(
      '--example <type>',
      'a signed example of this event type in place of stored events; may be given again',
      gather,
    )
    .option('--to <url>', 'the handler (default: where the event went last)')
    .option('--state-url <url>', 'shows as JSON what the handler recorded')
    .option('--times <number>', 'how often each is sent', wholeNumber(1, 10))
    .addOption(new Option('--order <order>', 'in which they are sent').choices(ORDERS))
    .option('--seed <number>', 'of a shuffle', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option('--resign', 'sign with the present time (default: what is too old)')
    .option('--secret-env <name>', 'variable with the secret that signs')
    .addOption(new Option('--faults <kinds...>', 'to try as well').choices([...FAULTS, 'all']))
    .addHelpText(
      'after',
      examples(
        'webhooks replay 01J9ZK3M5T0000000000000000',
        'webhooks replay --provider stripe --example payment_intent.succeeded --to http://127.0.0.1:3000/webhooks --faults all',
      ),
    );
}

async function replay({ host }: CommandContext, ids: string[], options: ReplayOptions): Promise<CommandResult> {
  const { example, stateUrl, secretEnv, provider, to, times, order, seed, resign, faults } = options;
  const answer = view.parse(
    await useTool(
      host,
      replayWebhook,
      {
        ...(ids.length > 0 ? { ids } : {}),
        ...(example === undefined ? {} : { examples: example }),
        ...{ provider, to, times, order, seed, resign, faults },
        state_url: stateUrl,
        secret_env: secretEnv,
      },
      {
        not_found:
          'breakwater webhooks list shows those that there are; or rehearse without any: give --provider, --example and --to.',
      },
    ),
  );
  return resultOf(
    answer,
    formatReplay,
    answer.verdict.some(({ result }) => result === 'fail'),
  );
}

const MARKS: Readonly<Record<z.output<typeof point>['result'], [string, Style]>> = {
  pass: ['✓', 'green'],
  fail: ['✗', 'red'],
  unknown: ['?', 'yellow'],
};

function formatReplay({ run, attempts, verdict }: z.output<typeof view>): string {
  const sent = attempts.map(({ event, purpose, status, ms, answer, changed }) => [
    event,
    purpose,
    String(status),
    `${Math.round(ms)} ms`,
    changed ?? answer ?? '',
  ]);
  const points = verdict.map(({ point: name, result, evidence, fix }) => {
    const [mark, style] = MARKS[result];
    const advice = fix === undefined || result === 'pass' ? '' : `\n${paint('green', 'Fix:')} ${fix}`;
    return `${paint(style, mark)} ${name.replaceAll('_', ' ')}: ${evidence}${indent(advice, '    ')}`;
  });
  return [`Sent to ${run['target']}`, indent(formatTable(sent)), ...(points.length > 0 ? ['', ...points] : [])].join(
    '\n',
  );
}
