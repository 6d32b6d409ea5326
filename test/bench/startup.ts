import { sized } from './counts.ts';
import { inFolder } from './folder.ts';
import type { Row } from './row.ts';
import { differenceRow, ratioRow } from './row.ts';
import type { ServerScript } from './servers.ts';
import { bareServer, breakwater, bundleOneTool, oneToolServer, serverMemory } from './servers.ts';
import { inRounds } from './statistics.ts';
import { StdioClient } from './stdio-client.ts';

const ROUNDS = sized(12, 1);
const UNBUNDLED_LIMIT = 0.75;
const MORE_CPU_MS = 15;

async function cpuToInitialize(server: ServerScript, folder: string): Promise<number> {
  const client = await StdioClient.start(folder, server);
  const cpuMs = await client.startCpuMs;
  await client.stop('SIGKILL');
  return cpuMs;
}

/** CPU time from spawn to the answer to `initialize`, of all servers in turn. */
export function measureStartup(): Promise<Row[]> {
  return inFolder(async (folder) => {
    const start = (server: ServerScript) => () => cpuToInitialize(server, folder);
    const { ours, bundled, unbundled, memory, bare } = await inRounds(
      {
        ours: start(breakwater),
        bundled: start(await bundleOneTool(folder)),
        unbundled: start(oneToolServer),
        memory: start(serverMemory()),
        bare: start(bareServer),
      },
      ROUNDS,
    );
    const what = 'spawn → `initialize` answered, CPU';
    const against = (peer: number[]) => ({ what, ours, peer });
    return [
      differenceRow(against(bundled), 'ms', MORE_CPU_MS, 'one-tool server on the same SDK, bundled'),
      ratioRow(against(unbundled), 'ms', UNBUNDLED_LIMIT, 'one-tool server on the same SDK, not bundled'),
      ratioRow(against(memory), 'ms', UNBUNDLED_LIMIT, 'server-memory, as published'),
      ratioRow(against(bare), 'ms', undefined, 'limit: the runtime alone, protocol by hand'),
    ];
  });
}
