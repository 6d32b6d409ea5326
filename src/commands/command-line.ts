import { Command, CommanderError } from 'commander';
import { codeOf } from '../core/errors.ts';
import { addBreakers } from './breakers.ts';
import type { CommandContext } from './command.ts';
import { examples } from './command.ts';
import { addCompletion } from './completion.ts';
import { addDashboard } from './dashboard.ts';
import { addDemo } from './demo/demo.ts';
import { addDoctor } from './doctor/doctor.ts';
import { describeFailure, formatFailure } from './failure.ts';
import type { Host } from './host.ts';
import { addMemory } from './memory.ts';
import { addSimulate } from './simulate.ts';
import { addStatus } from './status.ts';
import { addWebhooks } from './webhooks/webhooks.ts';

/** Every command, in the order of the help. */
const COMMANDS: readonly ((program: Command, context: CommandContext) => void)[] = [
  addDoctor,
  addStatus,
  addBreakers,
  addWebhooks,
  addDashboard,
  addSimulate,
  addMemory,
  addDemo,
  addCompletion,
];

const ABOUT = `MCP tool server for external integrations, on stdio.

Without a command it serves: this is what an MCP client starts. The commands are for people.`;

/** Runs a command and answers the exit code: 0 done, 1 failed or something is not as it should be, 2 wrong arguments. */
export async function runCommandLine(args: readonly string[], host: Host): Promise<0 | 1 | 2> {
  const ending: CommandContext['ending'] = { exitCode: 0 };
  const printed: Promise<void>[] = [];
  const json = args.includes('--json');
  const report = (thrown: unknown) => host.report(formatFailure(describeFailure(thrown, host.redactor), json));
  try {
    await createProgram({ host, ending }, printed, json).parseAsync(args, { from: 'user' });
    return ending.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return 0;
      // As text it is written already, with the usage where that helps.
      if (json) report(thrown);
      return 2;
    }
    // Whoever read the output (head, less) has had enough.
    if (codeOf(thrown) === 'EPIPE') return ending.exitCode;
    report(thrown);
    return 1;
  } finally {
    await Promise.allSettled(printed);
    await host.close();
  }
}

function createProgram(context: CommandContext, printed: Promise<void>[], json: boolean): Command {
  const { host } = context;
  const program = new Command('breakwater')
    .description(ABOUT)
    .version(host.version, '--version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void printed.push(host.write(text)),
      writeErr: (text) => {
        if (!json) host.report(host.redactor.redact(text));
      },
      outputError: (text, write) => write(text.replace(/^error: /, 'breakwater: ')),
    })
    .showHelpAfterError('Add --help for the arguments and examples.')
    .addHelpText('after', examples('doctor', 'status', 'webhooks verify --provider stripe --event 01J…', 'demo'))
    .addHelpText('after', 'Settings are environment variables; the README lists them.\n');
  for (const add of COMMANDS) add(program, context);
  return program;
}
