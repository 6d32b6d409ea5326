import type { Command } from 'commander';
import type * as z from 'zod';
import { breakerStatus } from '../tools/breaker-status.ts';
import { controlBreaker } from '../tools/control-breaker.ts';
import type { breakerView } from '../views/breaker-view.ts';
import type { CommandContext } from './command.ts';
import { addCommand, duration, examples, resultOf } from './command.ts';
import type { Style } from './style.ts';
import { formatSeconds, formatTable, formatTime, paint } from './style.ts';
import { useTool } from './use-tool.ts';

type Breaker = Pick<z.output<typeof breakerView>, 'breaker' | 'state' | 'retry_after_ms' | 'forced'> &
  Partial<z.output<typeof breakerView>>;

interface ControlOptions {
  class?: string;
  reason: string;
  for?: number;
}

const ACTIONS = {
  open: 'refuse every call of an integration at once',
  close: 'let its calls through whatever fails',
  reset: 'end a forced state and forget its failures',
} as const;

const EXAMPLES: Readonly<Record<keyof typeof ACTIONS, readonly string[]>> = {
  open: ["breakers open stripe --class write --reason 'status page' --for 30m"],
  close: ["breakers close stripe --class read --reason 'failures are of a test' --for 10m"],
  reset: ['breakers reset stripe', 'breakers reset stripe --class write'],
};

export function addBreakers(program: Command, context: CommandContext): void {
  const { host } = context;
  const breakers = program
    .command('breakers')
    .description('look at and control circuit breakers')
    .addHelpText(
      'after',
      examples(
        'breakers list',
        "breakers open stripe --class write --reason 'status page' --for 30m",
        'breakers reset stripe',
      ),
    );
  addCommand(breakers, 'list', context, async (integration: string | undefined) =>
    resultOf(await useTool(host, breakerStatus, { integration }), (shown) => formatBreakers(shown.breakers)),
  )
    .description('those of this workspace, and any that is not closed')
    .argument('[integration]', 'only those of this one')
    .addHelpText('after', examples('breakers list', 'breakers list stripe --json'));
  for (const action of ['open', 'close', 'reset'] as const) {
    addCommand(breakers, action, context, async (integration: string, options: ControlOptions) => {
      const { class: endpointClass, reason, for: forMs } = options;
      const args = { integration, class: endpointClass, action, reason, for_ms: forMs };
      return resultOf(await useTool(host, controlBreaker, args), (shown) => formatBreakers(shown.breakers));
    })
      .description(ACTIONS[action])
      .argument('<integration>', 'its name')
      .option('--class <name>', 'only this endpoint class, for instance read or write')
      .option('--reason <text>', 'why, for whoever finds it later', 'by hand, on the command line')
      .option('--for <duration>', 'how long it holds, such as 30m, at most 7d (default: until reset)', duration(7))
      .addHelpText('after', examples(...EXAMPLES[action]));
  }
}

const STYLES: Readonly<Record<Breaker['state'], Style>> = {
  closed: 'green',
  forced_closed: 'yellow',
  half_open: 'yellow',
  open: 'red',
  forced_open: 'red',
};

export function formatBreakers(breakers: readonly Breaker[]): string {
  if (breakers.length === 0) return 'No breakers: no integration is configured in this workspace.';
  const rows = breakers.map((breaker) => [breaker.breaker, breaker.state.replace('_', ' '), describe(breaker)]);
  return formatTable(rows, (cell, column, row) => {
    const state = breakers[row]?.state;
    return column === 1 && state !== undefined ? paint(STYLES[state], cell) : cell;
  });
}

function describe({ since, failures, retry_after_ms, forced, last_error, state }: Breaker): string {
  const facts = [
    since !== undefined && state !== 'closed' ? `since ${formatTime(since)}` : [],
    failures ? `${failures} failed in a row` : [],
    retry_after_ms === undefined || forced !== undefined
      ? []
      : `tries again in ${formatSeconds(retry_after_ms / 1000)}`,
    forced === undefined
      ? []
      : `by ${forced.owner}: ${forced.reason}${forced.until === null ? '' : `, until ${formatTime(forced.until)}`}`,
    last_error === undefined ? [] : `last error ${last_error}`,
  ];
  return facts.flat().join(', ');
}
