import { spawnSync } from 'node:child_process';
import { breakwater, breakwaterEnv } from './servers.ts';

/** Runs `breakwater memory …` on the data in `folder`; returns its output. */
export function memoryCommand(folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [breakwater.script, 'memory', ...args], {
    env: breakwaterEnv(folder),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

export function countMemories(folder: string): number {
  const { workspaces } = JSON.parse(memoryCommand(folder, 'stats', '--json')) as {
    workspaces: { memories: number }[];
  };
  return workspaces.reduce((sum, { memories }) => sum + memories, 0);
}
