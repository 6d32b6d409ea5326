import { parse } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import type { App } from '../app.ts';
import { homeFolder } from '../core/database-path.ts';
import type { Log } from '../core/log.ts';
import { createLog } from '../core/log.ts';
import { Redactor } from '../core/redact.ts';
import type { Secrets } from '../core/secrets.ts';
import { EVERYTHING } from '../core/toolset.ts';
import type { MemoryArchive } from '../memory/memory-archive.ts';
import type { Environment, Settings } from '../settings.ts';
import { createSecrets, environment, parseSettings, read } from '../settings.ts';
import type { Simulators } from '../simulator/simulators.ts';
import { protocolOutput } from '../stdout-guard.ts';

/** What a command has of the world around it. Nothing is loaded or opened before it is asked for. */
export interface Host {
  readonly version: string;
  /** The user's home folder. */
  readonly home: string;
  /** For what other programs would find in it; secrets and settings have ways of their own. */
  readonly env: Environment;
  /** Throws `invalid_input` that names the variable. */
  settings(): Settings;
  readonly secrets: Secrets;
  readonly redactor: Redactor;
  readonly log: Log;
  app(): Promise<App>;
  /** The memory without the rest of the app. */
  archive(): Promise<MemoryArchive>;
  simulators(): Promise<Simulators>;
  /** Standard output, for results only: resolves when the text is written. */
  write(text: string): Promise<void>;
  /** Standard error. */
  report(text: string): void;
  /** Resolves when the user ends the command; from the first call on, that is no longer the end of the process. */
  ended(): Promise<void>;
  close(): Promise<void>;
}

export interface Surroundings {
  env: Environment;
  cwd: string;
  home: string;
  write(text: string): Promise<void>;
  report(text: string): void;
}

type Closing = () => Promise<unknown>;

export function createHost({ env, cwd, home, write, report }: Surroundings): Host {
  const redactor = new Redactor();
  const secrets = createSecrets(env, redactor);
  const settings = once(() => parseSettings(env, cwd));
  // What went wrong is the command's to say; the lines of the log are for whoever asks for them.
  const log = once(() => createLog(settings().logLevel === 'debug' ? 'debug' : 'silent', redactor, report));
  const closing: Closing[] = [];
  const kept = <T>(close: Closing, value: T): T => {
    closing.push(close);
    return value;
  };
  return {
    version: packageJson.version,
    home,
    env,
    settings,
    secrets,
    redactor,
    get log() {
      return log();
    },
    app: once(async () => {
      const { createApp } = await import('../app.ts');
      // What agents are offered is no limit to people.
      const app = createApp({ ...settings(), offer: EVERYTHING }, secrets, log());
      return kept(() => app.close(), app);
    }),
    archive: once(async () => {
      const { openMemoryArchive } = await import('../app.ts');
      const { archive, close } = openMemoryArchive(settings());
      return kept(close, archive);
    }),
    simulators: once(async () => {
      const { createSimulators } = await import('../app.ts');
      const simulators = createSimulators();
      return kept(() => simulators.close(), simulators);
    }),
    write,
    report,
    ended: once(
      () =>
        new Promise<void>((resolve) => {
          for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
        }),
    ),
    async close() {
      await Promise.all(closing.map((close) => close()));
    },
  };
}

/** This process. */
export function createProcessHost(): Host {
  // A reader that leaves early (head) makes the write fail, not the process.
  protocolOutput.on('error', () => {});
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return createHost({
    env: environment,
    cwd: process.cwd(),
    home: homeFolder((name) => read(environment, name)) ?? parse(process.cwd()).root,
    write: (text) =>
      new Promise<void>((resolve, reject) => {
        protocolOutput.write(text, (error) => (error ? reject(error) : resolve()));
      }),
    report: (text) => void process.stderr.write(text),
  });
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
