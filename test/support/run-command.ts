import type { SpawnSyncReturns } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { createHost } from '../../src/commands/host.ts';
import { LAUNCHER, onTestEnd, serverEnv, temporaryFolder } from './server-process.ts';

export interface CommandOptions {
  env?: Readonly<Record<string, string>>;
  input?: string | Buffer;
}

/** Runs the built command in `folder`, with its database and home there, and waits for its end. */
export function runCommand(
  folder: string,
  args: readonly string[],
  { env = {}, input }: CommandOptions = {},
): SpawnSyncReturns<string> {
  const all = { ...serverEnv(folder), HOME: folder, BREAKWATER_LOG: 'info', ...env };
  return spawnSync(process.execPath, [LAUNCHER, ...args], {
    cwd: folder,
    env: all,
    encoding: 'utf8',
    input: input ?? '',
  });
}

/** As `runCommand`, in this process: for what no other process is needed for. */
export async function callCommand(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const host = createHost({
    env: { ...serverEnv(folder), BREAKWATER_LOG: 'info', ...env },
    cwd: folder,
    home: folder,
    write: async (text) => void out.push(text),
    report: (text) => void err.push(text),
  });
  const status = await runCommandLine(args, host);
  return { status, stdout: out.join(''), stderr: err.join('') };
}

/** As `runCommand`, while this process goes on: a handler or a service may live here. */
export async function awaitCommand(folder: string, args: readonly string[], { env = {} }: CommandOptions = {}) {
  const child = startCommand(folder, args, env).child;
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk) => out.push(String(chunk)));
  child.stderr.on('data', (chunk) => err.push(String(chunk)));
  const [status] = await once(child, 'close');
  return { status: status as number | null, stdout: out.join(''), stderr: err.join('') };
}

/** A command that runs until it is ended; `next` gives its lines as they come. */
export function startCommand(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const all = { ...serverEnv(folder), HOME: folder, BREAKWATER_LOG: 'info', ...env };
  const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: folder, env: all });
  onTestEnd(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, next: async () => String((await lines.next()).value) };
}

/** Every command below `words` that does something itself, as its words. */
export async function commandsBelow(...words: string[]): Promise<string[][]> {
  const { stdout } = await callCommand(temporaryFolder(), [...words, '--help']);
  const [, list = ''] = /\nCommands:\n((?: {2}.*\n)+)/.exec(stdout) ?? [];
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
  if (names.length === 0) return [words];
  return (await Promise.all(names.map((name) => commandsBelow(...words, name)))).flat();
}
