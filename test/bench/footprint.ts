import type { Target } from './calls.ts';
import { callAtOnce, startTarget } from './calls.ts';
import { inFolder } from './folder.ts';
import type { Row } from './row.ts';
import { figureRow, ratioRow } from './row.ts';
import type { ServerScript } from './servers.ts';
import { breakwater, bundleOneTool, serverMemory } from './servers.ts';
import { inRounds } from './statistics.ts';
import { StdioClient } from './stdio-client.ts';

const MB = 1024 * 1024;
const IDLE_ROUNDS = 5;
const BUSY_ROUNDS = 3;
const SETTLE_MS = 500;
const CALLS = 10_000;
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
    const what = 'RSS after `tools/list`, idle';
    return [
      ratioRow({ what, ours: rest.ours, peer: rest.sdk }, 'MB', LIMIT, PEER),
      ratioRow({ what, ours: rest.ours, peer: rest.memory }, 'MB', undefined, MEMORY_PEER),
      ratioRow({ what: `RSS after ${CALLS} calls`, ours: worked.ours, peer: worked.sdk }, 'MB', LIMIT, PEER),
    ];
  });
}

async function heapAfter(target: Target, calls: number): Promise<number> {
  await callAtOnce(target, calls);
  const { heapUsed } = await target.client.usage({ collect: true });
  return heapUsed / MB;
}

/** Live objects after many calls, to those after a few. */
export function measureHeap(calls: number): Promise<Row[]> {
  return inFolder(async (folder) => {
    const target = await startTarget(breakwater, folder);
    const first = calls / 10;
    const early = await heapAfter(target, first);
    const late = await heapAfter(target, calls - first);
    await target.client.stop('SIGKILL');
    return [
      figureRow({
        what: `heap after a collection, call ${calls} to call ${first}`,
        unit: '×',
        ours: late / early,
        limit: FLAT,
        against: `${early.toFixed(1)} MB, then ${late.toFixed(1)} MB`,
      }),
    ];
  });
}
