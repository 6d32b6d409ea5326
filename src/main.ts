// First: whatever the modules below do when they load, it must not reach standard output.
import './stdout-guard.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { App } from './app.ts';
import { messageOf } from './core/errors.ts';
import { createLog } from './core/log.ts';
import { Redactor } from './core/redact.ts';
import { stopWithClient } from './lifecycle.ts';
import { McpEdge } from './protocol/edge.ts';
import { LineTransport } from './protocol/edge-transport.ts';
import { buildInstructions } from './protocol/instructions.ts';
import type { ServingParts } from './protocol/workplace.ts';
import { createSecrets, environment, parseSettings, settingsAt } from './settings.ts';
import { protocolOutput } from './stdout-guard.ts';
import { startTelemetry } from './telemetry-sdk.ts';
import { Offered } from './tools/toolsets.ts';

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
    app = createApp(settingsAt(root, settings), secrets, log);
    return app;
  };
  const { workspace, agent, sessionId } = settings;
  const caller = { workspace, agent, sessionId };
  const { version } = packageJson;
  const instructions = buildInstructions(new Offered(settings.offer));
  const asksForRoots = settings.projectIsGuessed;
  const parts = { version, instructions, caller, redactor, log, asksForRoots, load };
  const open = settings.protocol === 'auto' ? await loadBothEras() : openEdge;
  const transport = new LineTransport(process.stdin, protocolOutput, log);
  const { edge, connect } = open(parts);
  forwardLog = (line) => edge.forwardLog?.(line);
  const stop = stopWithClient({
    input: transport,
    output: protocolOutput,
    log,
    idle: () => edge.idle(),
    drain: () => edge.drain(),
    close: async () => {
      await Promise.all([app?.close(), stopTelemetry?.()]);
    },
  });
  await connect(transport, (code) => stop('connection closed', code));
}

/** What the two edges have in common. */
interface OpenedEdge {
  edge: { idle(): Promise<void>; drain(): Promise<void>; forwardLog?(line: string): void };
  connect(transport: LineTransport, onClose: (exitCode: number) => void): Promise<void>;
}

function openEdge<Deps>(parts: ServingParts<Deps>): OpenedEdge {
  const edge = new McpEdge(parts);
  return {
    edge,
    connect(transport, onClose) {
      // The end of the input is seen elsewhere: here something went wrong.
      edge.sdk.onclose = () => onClose(1);
      return edge.connect(transport);
    },
  };
}

async function loadBothEras(): Promise<typeof openEdge> {
  const { BothErasEdge } = await import('./protocol/edge-both-eras.ts');
  return (parts) => {
    const edge = new BothErasEdge(parts);
    return {
      edge,
      async connect(transport, onClose) {
        edge.onclose = () => onClose(0);
        edge.connect(transport);
      },
    };
  };
}

/** Serving is the default; commands are for people, and cost a server nothing. */
async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0) return serve();
  const [{ runCommandLine }, { createProcessHost }] = await Promise.all([
    import('./commands/command-line.ts'),
    import('./commands/host.ts'),
  ]);
  process.exitCode = await runCommandLine(args, createProcessHost());
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  process.stderr.write(`breakwater: ${messageOf(thrown)}\n`);
  process.exitCode = 1;
});
