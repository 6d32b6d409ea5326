import { execFileSync } from 'node:child_process';

/**
 * Runs `work` while these processes and this one share a processor. Where a request wakes up another processor, a virtual machine may take
 * longer for that than for the whole answer, and whether it does changes from second to second. Without `taskset` (util-linux) `work` runs
 * as it is.
 */
export async function onOneProcessor<T>(others: readonly (number | undefined)[], work: () => Promise<T>): Promise<T> {
  const pids = [process.pid, ...others.filter((pid) => pid !== undefined)];
  const all = processorsOf(process.pid);
  if (all === undefined) return work();
  const [first = '0'] = all.split(/[,-]/);
  try {
    for (const pid of pids) runOn(first, pid);
    return await work();
  } finally {
    for (const pid of pids) runOn(all, pid);
  }
}

/** As a list: `0-3,6`. Undefined where it cannot be asked. */
function processorsOf(pid: number): string | undefined {
  try {
    const told = execFileSync('taskset', ['-cp', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return told.split(': ')[1]?.trim();
  } catch {
    return undefined;
  }
}

/** With all its threads. */
function runOn(processors: string, pid: number): void {
  execFileSync('taskset', ['-acp', processors, String(pid)], { stdio: 'ignore' });
}
