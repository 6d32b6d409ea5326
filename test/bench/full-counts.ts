import { spawnSync } from 'node:child_process';

/** Runs the tests whose counts `npm test` reduces, in full. True when all pass. */
export function runFullCounts(): boolean {
  const tests = ['test/integration/webhooks/oracles.test.ts', 'test/integration/webhooks/fuzz.test.ts'];
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
    stdio: 'inherit',
    env: { ...process.env, BREAKWATER_FULL: '1' },
  });
  return status === 0;
}
