import { join } from 'node:path';
import type { ResilienceHandlers } from '../../support/resilience-process.ts';
import type { RemoteProcess } from '../../support/resilience-processes.ts';
import { startProcess } from '../../support/resilience-processes.ts';
import { sized } from '../counts.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';

const PROCESSES = 8;
const LENGTH_MS = sized(5_000, 1_000);
const LIMIT = { permits: 100, perMs: 1_000, burst: 10 };
/** The burst at once, then one permit per interval. */
const IDEAL = LIMIT.burst + (LENGTH_MS * LIMIT.permits) / LIMIT.perMs;

function rowOf(what: string, granted: number, against: string): Row {
  const bar = `within 1 % of ${IDEAL}`;
  const met = Math.abs(granted - IDEAL) <= IDEAL * 0.01;
  return { what, unit: 'permits', ours: granted, bar, met, against };
}

async function askWithoutWaiting(processes: readonly RemoteProcess<ResilienceHandlers>[]): Promise<Row> {
  const from = Date.now() + 200;
  const options = { key: 'asked', limit: LIMIT, from, until: from + LENGTH_MS };
  const answers = await Promise.all(processes.map((each) => each.run('take', options)));
  const sum = (name: 'granted' | 'asked') => answers.reduce((total, answer) => total + answer[name], 0);
  return rowOf(
    `limiter over ${PROCESSES} processes: permits granted to callers that never wait`,
    sum('granted'),
    `${sum('asked')} asked`,
  );
}

async function waitForPermits(processes: readonly RemoteProcess<ResilienceHandlers>[]): Promise<Row> {
  const from = Date.now() + 200;
  const until = from + LENGTH_MS;
  const { permits, perMs, burst } = LIMIT;
  const settings = { rate_limit: { permits, per_ms: perMs, burst } };
  const options = { key: 'awaited', settings, callers: 4, from, until };
  const beganAt = (await Promise.all(processes.map((each) => each.run('begin', options)))).flat();
  const inTime = beganAt.filter((at) => at < until).length;
  return rowOf(
    `limiter over ${PROCESSES} processes: calls begun by 4 callers each that wait their turn`,
    inTime,
    'through the whole pipeline',
  );
}

/** One limit of 100 per second and 10 at once, over eight processes, for five seconds. */
export function measureRateLimit(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const processes = Array.from({ length: PROCESSES }, () =>
      startProcess<ResilienceHandlers>('resilience-process.ts', join(folder, 'bench.db')),
    );
    try {
      await Promise.all(processes.map((each) => each.run('ready', undefined)));
      return [await askWithoutWaiting(processes), await waitForPermits(processes)];
    } finally {
      await Promise.all(processes.map((each) => each.kill()));
    }
  });
}
