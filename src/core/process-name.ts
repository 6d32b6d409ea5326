import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { codeOf } from './errors.ts';

/** A name for a part of this process that other processes can tell alive from dead. */
export function newProcessName(): string {
  return `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
}

/** False too for a process of another machine or container: nothing it holds is held here. */
export function isAlive(processName: string): boolean {
  const [, host, pid] = /^(.*):(\d+):[0-9a-f]+$/.exec(processName) ?? [];
  return host === hostname() && isRunning(Number(pid));
}

/** Whether there is such a process on this machine, be it another user's. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM';
  }
}
