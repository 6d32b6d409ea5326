import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Host } from './host.ts';

/** The result of a command: for a program, and in words. */
export interface CommandResult {
  readonly data: object;
  readonly text: string;
  /** True when something is not as it should be: the exit code is 1. */
  readonly isBad?: boolean;
}

/** How a command ended: 0 done, 1 failed. (2, wrong arguments, ends it before it begins.) */
export interface Ending {
  exitCode: 0 | 1;
}

/** What a command is made with. */
export interface CommandContext {
  readonly host: Host;
  readonly ending: Ending;
}

/** @param format makes the text for people; no control character of a sender or a service reaches their terminal. */
export function resultOf<T extends object>(data: T, format: (shown: T) => string, isBad = false): CommandResult {
  return { data, text: format(withoutControls(data)), isBad };
}

/**
 * Adds a command that shows what `run` answers, as text or with `--json` as one line of JSON. `run` gets the arguments and, last, the
 * options; what it answers undefined for it has written itself.
 */
export function addCommand<Args extends unknown[]>(
  parent: Command,
  name: string,
  { host, ending }: CommandContext,
  run: (...args: Args) => Promise<CommandResult | undefined>,
): Command {
  const command = parent.command(name);
  return command.option('--json', 'the result as one line of JSON').action(async (...args: Args) => {
    const result = await run(...args);
    if (result === undefined) return;
    if (result.isBad) ending.exitCode = 1;
    await host.write(`${isJson(command) ? JSON.stringify(result.data) : result.text}\n`);
  });
}

/** Whether a command was called with `--json`. */
export function isJson(command: Command): boolean {
  return command.opts<{ json?: boolean }>().json === true;
}

/** Examples under the help of a command. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ breakwater ${line}`).join('\n')}\n`;
}

/** Reads a whole number of an option. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
  };
}

/** Gathers an option that may be given several times. */
export function gather(text: string, earlier: readonly string[] | undefined): string[] {
  return [...(earlier ?? []), text];
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a duration (`90s`, `10m`, `2h`) of at most so many days as milliseconds. */
export function duration(mostDays: number): (text: string) => number {
  return (text) => {
    const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
    const factor = Object.entries(UNITS).find(([name]) => name === unit)?.[1] ?? 0;
    const value = Number(count) * factor;
    if (value > 0 && value <= mostDays * UNITS.d) return value;
    throw new InvalidArgumentError(`It must be a duration such as 90s, 10m or 2h, at most ${mostDays}d.`);
  };
}

/** A copy that cannot steer a terminal: escapes, carriage returns and marks that turn the direction of text become visible. */
function withoutControls<T extends object>(data: T): T {
  return JSON.parse(JSON.stringify(data), (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(STEERING, '�') : value,
  );
}

/** Control characters but tab and line feed, and the overrides of Unicode's bidirectional algorithm. */
const STEERING = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
