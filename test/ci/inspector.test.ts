import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CI_RUN } from '../support/ci-only.ts';
import { install } from '../support/install-packages.ts';
import { LAUNCHER, serverEnv, temporaryFolder } from '../support/server-process.ts';
import { TOOL_NAMES } from '../support/tool-names.ts';

const MINUTES = 60_000;
const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';
const run = promisify(execFile);

async function inspect(env: Record<string, string>, ...args: string[]): Promise<string> {
  const cli = join(install(INSPECTOR), 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const command = [cli, '--cli', ...variables, process.execPath, LAUNCHER, ...args, '--format', 'json'];
  const { stdout } = await run(process.execPath, command, { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

describe.skipIf(!CI_RUN)('the MCP inspector, strict', () => {
  it.each([
    ['2025', 'legacy'],
    ['auto', 'modern'],
  ])(
    'finds nothing in the tools (BREAKWATER_PROTOCOL=%s, %s client)',
    { timeout: 5 * MINUTES },
    async (protocol, era) => {
      const env = serverEnv(temporaryFolder(), { BREAKWATER_PROTOCOL: protocol });
      const listed = await inspect(env, '--method', 'tools/list', '--strict', '--protocol-era', era);
      for (const name of TOOL_NAMES) expect(listed).toContain(`"${name}"`);
      const called = await inspect(
        env,
        ...['--method', 'tools/call', '--tool-name', 'breaker_status', '--tool-args-json', '{}', '--protocol-era', era],
      );
      expect(called).toContain('breakers');
    },
  );
});
