import type { Target } from './calls.ts';
import { callAtOnce, startTarget } from './calls.ts';
import { sized } from './counts.ts';
import { inFolder } from './folder.ts';
import type { Row } from './row.ts';
import { figureRow, ratioRow } from './row.ts';
import type { ServerScript } from './servers.ts';
import { breakwater, bundleOneTool, serverMemory } from './servers.ts';
import { inRounds } from './statistics.ts';
import { StdioClient } from './stdio-client.ts';

const MB = 1024 * 1024;
const IDLE_ROUNDS = sized(5, 1);
const BUSY_ROUNDS = sized(3, 1);
const SETTLE_MS = 500;
const CALLS = sized(10_000, 500);
const HEAP_FROM = sized(5_000, 500);
const HEAP_TO = sized(50_000, 2_000);
const LIMIT = 1.35;
const FLAT = 1.1;
const MEMORY_PEER = 'server-memory, as published';
const PEER = 'one-tool server on the same SDK, bundled';

async function idleRss(server: ServerScript, folder: string): Promise<number> {
  const client = await StdioClient.start(folder, server);
  await client.listTools();
  await new Promise((done) => setTimeout(done, SETTLE_MS));
  const { rss } = await client.usage();
  await client.stop('SIGKILL');
  return rss / MB;
}

async function busyRss(server: ServerScript, folder: string): Promise<number> {
  const target = await startTarget(server, folder);
  await callAtOnce(target, CALLS);
  const { rss } = await target.client.usage();
  await target.client.stop('SIGKILL');
  return rss / MB;
}

/** Resident memory, after the tools were listed and after many calls. */
export function measureResident(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const bundled = await bundleOneTool(folder);
    const idle = (server: ServerScript) => () => idleRss(server, folder);
    const busy = (server: ServerScript) => () => busyRss(server, folder);
    const rest = await inRounds(
      { ours: idle(breakwater), sdk: idle(bundled), memory: idle(serverMemory()) },
      IDLE_ROUNDS,
    );
    const worked = await inRounds({ ours: busy(breakwater), sdk: busy(bundled) }, BUSY_ROUNDS);
    const what = 'memory: RSS after `tools/list`, idle';
    return [
      ratioRow({ what, ours: rest.ours, peer: rest.sdk }, 'MB', LIMIT, PEER),
      ratioRow({ what, ours: rest.ours, peer: rest.memory }, 'MB', undefined, MEMORY_PEER),
      ratioRow(
        { what: `memory: RSS after the same ${CALLS} calls`, ours: worked.ours, peer: worked.sdk },
        'MB',
        LIMIT,
        PEER,
      ),
    ];
  });
}

async function heapAfter(target: Target, calls: number): Promise<number> {
  await callAtOnce(target, calls);
  const { heapUsed } = await target.client.usage({ collect: true });
  return heapUsed / MB;
}

async function heapGrowth(server: ServerScript, folder: string) {
  const target = await startTarget(server, folder);
  const early = await heapAfter(target, HEAP_FROM);
  const late = await heapAfter(target, HEAP_TO - HEAP_FROM);
  await target.client.stop('SIGKILL');
  return { early, late, ratio: late / early };
}

/** Live objects after many calls, to those after a few. */
export function measureHeap(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const ours = await heapGrowth(breakwater, folder);
    const peer = await heapGrowth(await bundleOneTool(folder), folder);
    return [
      figureRow({
        what: `memory: heap after forced collection, call ${HEAP_TO} to call ${HEAP_FROM}`,
        unit: '×',
        ours: ours.ratio,
        peer: peer.ratio,
        limit: FLAT,
        against: `${PEER}; ours ${ours.early.toFixed(1)} MB, then ${ours.late.toFixed(1)} MB`,
      }),
    ];
  });
}
