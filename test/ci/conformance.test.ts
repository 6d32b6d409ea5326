import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CI_RUN } from '../support/ci-only.ts';
import { startBridge } from '../support/conformance/bridge.ts';
import { install } from '../support/install-packages.ts';
import { LAUNCHER, onTestEnd, ROOT, serverEnv, temporaryFolder } from '../support/server-process.ts';

const MINUTES = 60_000;
const SUITE = '@modelcontextprotocol/conformance@0.1.16';
const run = promisify(execFile);

/** The suite's report; it exits with 1 when a scenario fails. */
async function conformance(url: string, ...args: string[]): Promise<{ code: number; report: string }> {
  const cli = join(install(SUITE), 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
  expect(existsSync(cli)).toBe(true);
  const cwd = temporaryFolder();
  return run(process.execPath, [cli, 'server', '--url', url, ...args], { cwd, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout }) => ({ code: 0, report: stdout }),
    (failed: { code: number; stdout: string }) => ({ code: failed.code, report: failed.stdout }),
  );
}

describe.skipIf(!CI_RUN)('the official conformance suite', () => {
  it('passes in full, with its fixtures beside the real tools', { timeout: 5 * MINUTES }, async () => {
    const server = join(ROOT, 'test/support/conformance/server.ts');
    const bridge = await startBridge(process.execPath, [server], serverEnv(temporaryFolder()));
    onTestEnd(() => bridge.close());
    const { code, report } = await conformance(bridge.url);
    expect(report).toMatch(/Total: \d+ passed, 0 failed/);
    expect(code).toBe(0);
  });

  it.each([
    'server-initialize',
    'ping',
    'tools-list',
    'resources-list',
    'prompts-list',
    'logging-set-level',
  ])('passes %s on the command as it is', { timeout: 2 * MINUTES }, async (scenario) => {
    const bridge = await startBridge(process.execPath, [LAUNCHER], serverEnv(temporaryFolder()));
    onTestEnd(() => bridge.close());
    const { code, report } = await conformance(bridge.url, '--scenario', scenario);
    expect(report).toMatch(/Passed: [1-9]\d*\/|passed, 0 failed/);
    expect(code).toBe(0);
  });
});
