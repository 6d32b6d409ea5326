/** Runs the tests that need more than a user's machine has; `npm test` skips them visibly. */
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/ci'], {
  stdio: 'inherit',
  env: { ...process.env, BREAKWATER_TEST_CI: '1' },
});
process.exitCode = status ?? 1;
