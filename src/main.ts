// First: whatever the modules below do when they load, it must not reach standard output.
import './stdout-guard.ts';
import { fileURLToPath } from 'node:url';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import packageJson from '../package.json' with { type: 'json' };
import type { App } from './app.ts';
import { messageOf } from './core/errors.ts';
import { createLog } from './core/log.ts';
import { Redactor } from './core/redact.ts';
import { stopWithClient } from './lifecycle.ts';
import { McpEdge } from './protocol/edge.ts';
import { INSTRUCTIONS } from './protocol/instructions.ts';
import type { ServingParts } from './protocol/serving.ts';
import { createSecrets, environment, parseSettings } from './settings.ts';
import { protocolOutput } from './stdout-guard.ts';
import { startTelemetry } from './telemetry-sdk.ts';

/** Largest message that is read; the SDK's own limit of 10 MB ends the process. */
const TRANSPORT_OPTIONS = { maxBufferSize: 64 * 1024 * 1024 };

const USAGE = `breakwater ${packageJson.version}: MCP tool server for external integrations, on stdio

  breakwater             serve (this is what an MCP client starts)
  breakwater memory …    export, import, stats, consolidate, vacuum: breakwater memory --help
  breakwater simulate …  run a stateful double of a service: breakwater simulate --help
  breakwater dashboard   show the workspace as a live page: breakwater dashboard --help
  breakwater --version   print the version
  breakwater --help      print this

Settings are environment variables; the README lists them.
`;

async function serve(): Promise<void> {
  const redactor = new Redactor();
  const settings = parseSettings(environment, process.cwd());
  let forwardLog: (line: string) => void = () => {};
  const log = createLog(settings.logLevel, redactor, (line) => {
    process.stderr.write(line);
    forwardLog(line);
  });
  const secrets = createSecrets(environment, redactor);
  const stopTelemetry = settings.telemetry ? await startTelemetry(log) : undefined;
  let app: App | undefined;
  const load = async (root: string | undefined) => {
    const { createApp } = await import('./app.ts');
    const located = root === undefined ? settings : { ...settings, workspace: root, projectRoot: root };
    app = createApp(located, secrets, log);
    return app;
  };
  const { workspace, agent, sessionId } = settings;
  const caller = { workspace, agent, sessionId };
  const { version } = packageJson;
  const asksForRoots = settings.projectIsGuessed;
  const parts = { version, instructions: INSTRUCTIONS, caller, redactor, log, asksForRoots, load };
  const open = settings.protocol === 'auto' ? await loadBothEras() : openEdge;
  const { edge, connect } = open(parts);
  forwardLog = (line) => edge.forwardLog?.(line);
  const stop = stopWithClient({
    output: protocolOutput,
    log,
    idle: () => edge.idle(),
    drain: () => edge.drain(),
    close: async () => {
      await Promise.all([app?.close(), stopTelemetry?.()]);
    },
  });
  await connect((code) => stop('connection closed', code));
}

/** What the two edges have in common. */
interface OpenedEdge {
  edge: { idle(): Promise<void>; drain(): Promise<void>; forwardLog?(line: string): void };
  connect(onClose: (exitCode: number) => void): Promise<void>;
}

function openEdge<Deps>(parts: ServingParts<Deps>): OpenedEdge {
  const edge = new McpEdge(parts);
  return {
    edge,
    connect(onClose) {
      // The end of the input is seen elsewhere: here something went wrong.
      edge.sdk.onclose = () => onClose(1);
      return edge.connect(new StdioServerTransport(process.stdin, protocolOutput, TRANSPORT_OPTIONS));
    },
  };
}

async function loadBothEras(): Promise<typeof openEdge> {
  const { BothErasEdge, StdioTransport } = await import('./protocol/edge-both-eras.ts');
  return (parts) => {
    const edge = new BothErasEdge(parts);
    return {
      edge,
      async connect(onClose) {
        edge.onclose = () => onClose(0);
        edge.connect(new StdioTransport(process.stdin, protocolOutput, TRANSPORT_OPTIONS));
      },
    };
  };
}

/** Not serving: standard output is the command's. */
async function runMemory(args: readonly string[]): Promise<void> {
  const [{ openMemoryArchive }, { MEMORY_USAGE, runMemoryCommand }] = await Promise.all([
    import('./app.ts'),
    import('./commands/memory.ts'),
  ]);
  const write = writeOutput();
  if (args[0] === '--help') return write(MEMORY_USAGE);
  const settings = parseSettings(environment, process.cwd());
  const { archive, close } = openMemoryArchive(settings);
  const { workspace, memoryLimit } = settings;
  const report = (text: string) => void process.stderr.write(text);
  process.exitCode = await runMemoryCommand(args, { archive, workspace, memoryLimit, write, report });
  await close();
}

async function runSimulate(args: readonly string[]): Promise<void> {
  const [{ createSimulators }, { SIMULATE_USAGE, runSimulateCommand }] = await Promise.all([
    import('./app.ts'),
    import('./commands/simulate.ts'),
  ]);
  const write = writeOutput();
  if (args[0] === '--help') return write(SIMULATE_USAGE);
  const secrets = createSecrets(environment, new Redactor());
  process.exitCode = await runSimulateCommand(args, {
    simulators: createSimulators(),
    secret: (name) => secrets.get(name),
    write,
    report: (text) => void process.stderr.write(text),
    ended: untilSignal(),
  });
}

async function runDashboard(args: readonly string[]): Promise<void> {
  const { DASHBOARD_USAGE, runDashboardCommand } = await import('./commands/dashboard.ts');
  const write = writeOutput();
  if (args[0] === '--help') return write(DASHBOARD_USAGE);
  const [{ createApp }, { openDashboard }, { openBrowser }] = await Promise.all([
    import('./app.ts'),
    import('./dashboard/dashboard.ts'),
    import('./dashboard/open-browser.ts'),
  ]);
  const redactor = new Redactor();
  const settings = parseSettings(environment, process.cwd());
  const report = (text: string) => void process.stderr.write(text);
  const log = createLog(settings.logLevel, redactor, report);
  const { workspace, sessionId } = settings;
  const caller = { workspace, agent: settings.agent || 'dashboard', sessionId };
  const app = createApp(settings, createSecrets(environment, redactor), log);
  const pageFolder = fileURLToPath(new URL('dashboard', import.meta.url));
  process.exitCode = await runDashboardCommand(args, {
    open: (port) => openDashboard({ deps: app.deps, caller, redactor, log, pageFolder, port }),
    browse: openBrowser,
    write,
    report,
    ended: untilSignal(),
  });
  await app.close();
}

/** Resolves when the user ends the command. */
function untilSignal(): Promise<void> {
  return new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

/** Standard output of a command. A reader that leaves early (head) makes the write fail, not the process. */
function writeOutput(): (text: string) => Promise<void> {
  protocolOutput.on('error', () => {});
  process.stdout.on('error', () => {});
  return (text) =>
    new Promise<void>((resolve, reject) => {
      protocolOutput.write(text, (error) => (error ? reject(error) : resolve()));
    });
}

async function main([command, ...rest]: readonly string[]): Promise<void> {
  if (command === undefined) return serve();
  if (command === 'memory') return runMemory(rest);
  if (command === 'simulate') return runSimulate(rest);
  if (command === 'dashboard') return runDashboard(rest);
  if (command === '--version' && rest.length === 0) return void protocolOutput.write(`${packageJson.version}\n`);
  if (command === '--help' && rest.length === 0) return void protocolOutput.write(USAGE);
  process.stderr.write(`breakwater: unknown argument\n\n${USAGE}`);
  process.exitCode = 2;
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  process.stderr.write(`breakwater: ${messageOf(thrown)}\n`);
  process.exitCode = 1;
});
