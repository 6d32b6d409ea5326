import { hostname } from 'node:os';
import { isRunning } from '../core/process-name.ts';
import type { RequestRow } from './request-row.ts';

/** Who works on a request: this process on this machine. */
export const OWNER = `${hostname()}:${process.pid}`;

/** Whether the owner of a request may still be working on it. A lease ends early when the process that held it is gone. */
export function isAlive({ lease_until, owner }: RequestRow, now: number): boolean {
  if (lease_until === null || lease_until <= now) return false;
  const [host, pid] = (owner ?? '').split(/:(?=\d+$)/);
  return host !== hostname() || pid === undefined || isRunning(Number(pid));
}
