/** Runs the tests that need more than a user's machine has; `npm test` skips them visibly. */
import { spawnSync } from 'node:child_process';

const IN_MEMORY = ['in-memory', 'prompts', 'client-features'].map((name) => `test/e2e/${name}`);

/** The tools again, behind the edge that serves both protocol eras, with a client pinned to each. */
const eras = ['2025-11-25', '2026-07-28'].map((era) => run(IN_MEMORY, { BREAKWATER_TEST_ERA: era }));
const statuses = [...eras, run(['test/ci'], { BREAKWATER_TEST_CI: '1' })];
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1;

function run(paths: readonly string[], env: Readonly<Record<string, string>>): number {
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...paths], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status ?? 1;
}
