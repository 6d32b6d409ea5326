import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { CommandContext, CommandResult } from './command.ts';
import { addCommand, examples } from './command.ts';
import { exportMemories } from './export-memories.ts';
import type { Host } from './host.ts';
import { importMemories } from './import-memories.ts';
import { showSimilar, showStats, vacuum } from './memory-upkeep.ts';

interface Scope {
  workspace?: string;
}

export function addMemory(program: Command, context: CommandContext): void {
  const memory = program
    .command('memory')
    .description('export, import and look after what agents remember')
    .addHelpText(
      'after',
      examples('memory stats', 'memory export memories.jsonl --all', 'memory import memories.jsonl'),
    );
  const workspaceOf = ({ workspace }: Scope) => workspace ?? context.host.settings().workspace;
  const add = <Args extends unknown[]>(
    name: string,
    description: string,
    run: (host: Host, ...args: Args) => Promise<CommandResult | undefined>,
  ) => addCommand(memory, name, context, (...args: Args) => run(context.host, ...args)).description(description);

  add(
    'export',
    'write memories, versions and links as JSONL',
    (host, file: string, options: Scope & { all: boolean }) =>
      exportMemories(host, { file, all: options.all, workspace: workspaceOf(options) }),
  )
    .argument('[file]', 'written whole or not at all; - is standard output', '-')
    .option('--workspace <name>', 'instead of the present one')
    .option('--all', 'every workspace', false)
    .addHelpText('after', examples('memory export memories.jsonl', 'memory export --all > all.jsonl'));

  add('import', 'add those of an export, also of recall and server-memory', (host, file: string, options: Scope) =>
    importMemories(host, { file, workspace: workspaceOf(options) }),
  )
    .argument('<file>', '- reads standard input')
    .option('--workspace <name>', 'for memories that name none')
    .addHelpText('after', examples('memory import memories.jsonl', 'memory import - --workspace shop < memory.json'));

  add('stats', 'what is stored', showStats).addHelpText('after', examples('memory stats', 'memory stats --json'));

  add(
    'consolidate',
    'report memories that nearly say the same; changes nothing',
    (host, options: Scope & { similarity: number }) =>
      showSimilar(host, { similarity: options.similarity, workspace: workspaceOf(options) }),
  )
    .option('--workspace <name>', 'instead of the present one')
    .option('--similarity <share>', 'how alike, from 0.5 to 1', similarity, 0.8)
    .addHelpText('after', examples('memory consolidate', 'memory consolidate --similarity 0.9'));

  add('vacuum', 'delete what has expired or is over the limit, and give space back', vacuum).addHelpText(
    'after',
    examples('memory vacuum', 'memory vacuum --json'),
  );
}

function similarity(text: string): number {
  const value = Number(text);
  if (value >= 0.5 && value <= 1) return value;
  throw new InvalidArgumentError('It must be from 0.5 to 1.');
}
