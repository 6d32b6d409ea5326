import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sleep } from '../../../src/core/clock.ts';
import { installOpossum } from '../../support/peers.ts';
import type { LoopOptions, ResilienceHandlers } from '../../support/resilience-process.ts';
import { startProcess } from '../../support/resilience-processes.ts';
import { sized } from '../counts.ts';
import { inFolder } from '../folder.ts';
import type { Row } from '../row.ts';
import { figureRow } from '../row.ts';

const PROCESSES = 8;
const CALLERS = 4;
const BREAK_MS = 500;
const OUTAGE_MS = sized(5_000, 1_000);
const BEFORE_MS = 1_000;
const AFTER_MS = 2_500;
const ANSWER_MS = 20;
const HITS = 45;
const SPREAD_MS = 60;
/** And when they open: each as it is usually set. */
const PEERS = [
  ['cockatiel', '5 failures in a row'],
  ['opossum', 'half of the calls of 10 s'],
] as const;

interface Service {
  url: string;
  down: boolean;
  /** Requests that came while it was down. */
  hits: number;
  close(): void;
}

async function startService(): Promise<Service> {
  const server = createServer(async (_request, response) => {
    const { down } = service;
    if (down) service.hits += 1;
    await sleep(ANSWER_MS);
    response.writeHead(down ? 503 : 200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const service: Service = { url, down: false, hits: 0, close };
  return service;
}

interface Outage {
  hits: number;
  /** Milliseconds from the end of the outage to the first success of each process that had one in time. */
  recoveries: number[];
}

/** Eight processes call without pause while the service fails for five seconds. */
function runOutage(policy: LoopOptions['policy']): Promise<Outage> {
  return inFolder(async (folder) => {
    const service = await startService();
    const processes = Array.from({ length: PROCESSES }, () =>
      startProcess<ResilienceHandlers>('resilience-process.ts', join(folder, 'bench.db')),
    );
    try {
      // Connected and compiled, so that the first second is one of calls.
      await Promise.all(processes.map((each) => each.run('call', { url: service.url, settings: {} })));
      const until = Date.now() + BEFORE_MS + OUTAGE_MS + AFTER_MS;
      const settings = { breaker: { break_ms: BREAK_MS, max_break_ms: BREAK_MS } };
      const options = { url: service.url, settings, callers: CALLERS, pauseMs: 10, until, policy };
      const loops = Promise.all(processes.map((each) => each.run('loop', options)));
      await sleep(BEFORE_MS);
      service.down = true;
      await sleep(OUTAGE_MS);
      service.down = false;
      const endedAt = Date.now();
      const firsts = (await loops).map(({ recoveredAt }) => recoveredAt.find((at) => at >= endedAt));
      if (service.hits === 0) throw new Error('The machine was too busy: nobody called during the outage.');
      return { hits: service.hits, recoveries: firsts.flatMap((at) => (at === undefined ? [] : [at - endedAt])) };
    } finally {
      await Promise.all(processes.map((each) => each.kill()));
      service.close();
    }
  });
}

function spreadOf({ recoveries }: Outage): number {
  return recoveries.length < PROCESSES ? Number.POSITIVE_INFINITY : Math.max(...recoveries) - Math.min(...recoveries);
}

/** What a dead service still has to bear from eight processes, and how soon all of them notice that it lives again. */
export async function measureOutage(): Promise<Row[]> {
  installOpossum();
  const ours = await runOutage('ours');
  const rows: Row[] = [];
  for (const [index, [name, opens]] of PEERS.entries()) {
    const peer = await runOutage(name);
    const against = `${name} breaker (${opens}, then ${BREAK_MS} ms), one per process`;
    rows.push(
      figureRow({
        what: `hits on the dead service: ${PROCESSES} processes × ${CALLERS} calls, ${OUTAGE_MS / 1_000} s outage, ${BREAK_MS} ms break`,
        unit: 'hits',
        ours: ours.hits,
        peer: peer.hits,
        limit: index === 0 ? HITS : undefined,
        against,
      }),
      figureRow({
        what: 'recovery spread across the processes',
        unit: 'ms',
        ours: spreadOf(ours),
        peer: spreadOf(peer),
        limit: index === 0 ? SPREAD_MS : undefined,
        against,
      }),
    );
  }
  return rows;
}
