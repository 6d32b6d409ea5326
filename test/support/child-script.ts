import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface ChildScript {
  process: ChildProcess;
  /** What it has printed so far, line by line. */
  lines: string[];
  /** Resolves once it has printed `count` lines. */
  printed(count: number): Promise<void>;
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

/** Runs a script of this folder in a process of its own, on this very runtime. Killed at the end of the test. */
export function startScript(name: string, ...args: string[]): ChildScript {
  return follow(name, process.execPath, [join(import.meta.dirname, name), ...args]);
}

/** The same with a limit of open files. Needs a shell. */
export function startScriptWithFiles(limit: number, name: string, ...args: string[]): ChildScript {
  const command = `ulimit -n ${limit} && exec "$0" "$@"`;
  return follow(name, '/bin/sh', ['-c', command, process.execPath, join(import.meta.dirname, name), ...args]);
}

function follow(name: string, command: string, args: readonly string[]): ChildScript {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const closed = once(reader, 'close');
  return {
    process: child,
    lines,
    async printed(count) {
      while (lines.length < count) await Promise.race([once(reader, 'line'), closed.then(() => refuseEnd(name))]);
    },
    ended: once(child, 'close').then(([code, signal]) => code ?? signal),
  };
}

function refuseEnd(name: string): never {
  throw new Error(`${name} ended too early`);
}
