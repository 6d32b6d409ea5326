import { sized } from './counts.ts';
import { inFolder } from './folder.ts';
import { onOneProcessor } from './one-processor.ts';
import type { Row } from './row.ts';
import { ratioRow } from './row.ts';
import type { ServerScript } from './servers.ts';
import { bareServer, breakwater, bundleOneTool } from './servers.ts';
import { inRounds, median } from './statistics.ts';
import { StdioClient } from './stdio-client.ts';

const CALLS = sized(5_000, 100);
const AT_ONCE = 32;
const ROUNDS = sized(20, 1);
const CALL_LIMIT = 1.25;
const THROUGHPUT = { atLeast: 0.8 };

/** Of our tools the one with the least to do: it looks at the integrations of the workspace and at the breakers, and finds none. */
export const OUR_READ = 'breaker_status';

/** A server that runs, and the call that it answers with the least work. */
export interface Target {
  client: StdioClient;
  call(): Promise<unknown>;
}

export async function startTarget(server: ServerScript, folder: string): Promise<Target> {
  const client = await StdioClient.start(folder, server);
  const tool = server === breakwater ? OUR_READ : 'echo';
  return { client, call: () => client.call(tool, {}) };
}

/** Milliseconds of one call after the other, the median of them. */
async function oneByOne({ call }: Target): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < CALLS; count += 1) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

export async function callAtOnce({ call }: Target, calls: number): Promise<void> {
  let left = calls;
  const caller = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
}

/** Calls in a second of the server's CPU: what other programs take of the machine does not count. */
async function perCpuSecond(target: Target): Promise<number> {
  const before = await target.client.usage();
  await callAtOnce(target, CALLS);
  const after = await target.client.usage();
  return (CALLS * 1e6) / (after.cpuUs - before.cpuUs);
}

/** A `tools/call` to the answer, with one caller and with many. */
export function measureCalls(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const targets = await Promise.all(
      [breakwater, await bundleOneTool(folder), bareServer].map((server) => startTarget(server, folder)),
    );
    const [own, sdk, bare] = targets as [Target, Target, Target];
    const compare = async (what: string, measure: (target: Target) => Promise<number>) => {
      const { ours, ...peers } = await inRounds(
        { ours: () => measure(own), sdk: () => measure(sdk), bare: () => measure(bare) },
        ROUNDS,
      );
      return { sdk: { what, ours, peer: peers.sdk }, bare: { what, ours, peer: peers.bare } };
    };
    try {
      const pids = targets.map(({ client }) => client.child.pid);
      const { single, many } = await onOneProcessor(pids, async () => ({
        single: await compare(`\`tools/call\` round trip, trivial read tool (${OUR_READ})`, oneByOne),
        many: await compare(`${AT_ONCE} concurrent calls (${OUR_READ})`, perCpuSecond),
      }));
      const [peer, limit] = ['one-tool server on the same SDK, echo', 'limit: protocol by hand, no checks'];
      return [
        ratioRow(single.sdk, 'ms', CALL_LIMIT, peer),
        ratioRow(single.bare, 'ms', undefined, limit),
        ratioRow(many.sdk, 'per CPU s', THROUGHPUT, peer),
        ratioRow(many.bare, 'per CPU s', undefined, limit),
      ];
    } finally {
      await Promise.all(targets.map(({ client }) => client.stop('SIGKILL')));
    }
  });
}
