import { parseArgs } from 'node:util';
import { AppError, messageOf } from '../core/errors.ts';
import type { MemoryArchive } from '../memory/memory-archive.ts';
import { exportMemories } from './export-memories.ts';
import { importMemories } from './import-memories.ts';
import { showSimilar, showStats, vacuum } from './memory-upkeep.ts';

export const MEMORY_USAGE = `  breakwater memory export [FILE]     write memories, versions and links as JSONL (default: standard output)
  breakwater memory import FILE       add those of an export (also of recall and server-memory; - reads standard input)
  breakwater memory stats             what is stored
  breakwater memory consolidate       report memories that nearly say the same; changes nothing
  breakwater memory vacuum            delete what has expired or is over the limit, and give space back
    --workspace NAME                  instead of the present one        --all   every workspace (export)
    --similarity 0.5..1               of consolidate (0.8)              --json  the result as one line of JSON
`;

export interface CommandContext {
  archive: MemoryArchive;
  /** The present project. */
  workspace: string;
  /** Most memories of a workspace; undefined for no limit. */
  memoryLimit: number | undefined;
  /** Standard output: resolves when the text is written. */
  write(text: string): Promise<void>;
  /** Standard error. */
  report(text: string): void;
}

export interface CommandOptions {
  file: string | undefined;
  workspace: string;
  all: boolean;
  similarity: number;
}

/** The result of a command: for a program, and in words. */
export interface CommandResult {
  data: object;
  text: string;
  /** True when something was left undone. */
  isPartial?: boolean;
}

type Command = (context: CommandContext, options: CommandOptions) => Promise<CommandResult | undefined>;

const COMMANDS: Readonly<Record<string, { run: Command; files: readonly number[] }>> = {
  export: { run: exportMemories, files: [0, 1] },
  import: { run: importMemories, files: [1] },
  stats: { run: showStats, files: [0] },
  consolidate: { run: showSimilar, files: [0] },
  vacuum: { run: vacuum, files: [0] },
};

/** Runs `breakwater memory …`. Answers the exit code: 0 done, 1 failed or partly done, 2 wrong arguments. */
export async function runMemoryCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const parsed = parseCommand(args, context.workspace);
  if (typeof parsed === 'string') {
    context.report(`breakwater memory: ${parsed}\n\n${MEMORY_USAGE}`);
    return 2;
  }
  try {
    const result = await parsed.command(context, parsed.options);
    if (result !== undefined) await context.write(`${parsed.json ? JSON.stringify(result.data) : result.text}\n`);
    return result?.isPartial ? 1 : 0;
  } catch (thrown) {
    const hint = thrown instanceof AppError && thrown.hint !== undefined ? ` ${thrown.hint}` : '';
    context.report(`breakwater memory: ${messageOf(thrown)}${hint}\n`);
    return 1;
  }
}

/** The command, or what is wrong with the arguments. */
function parseCommand(args: readonly string[], workspace: string) {
  const parsed = parseOptions(args);
  if (typeof parsed === 'string') return parsed;
  const { values, positionals } = parsed;
  const [name = '', file] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return name === '' ? 'a command is missing' : `unknown command "${name}"`;
  if (!command.files.includes(positionals.length - 1)) return `${name} takes other arguments`;
  const similarity = Number(values.similarity);
  if (!(similarity >= 0.5 && similarity <= 1)) return '--similarity must be from 0.5 to 1';
  const options = { file, workspace: values.workspace ?? workspace, all: values.all, similarity };
  return { command: command.run, options, json: values.json };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        workspace: { type: 'string' },
        all: { type: 'boolean', default: false },
        similarity: { type: 'string', default: '0.8' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (thrown) {
    return messageOf(thrown);
  }
}
