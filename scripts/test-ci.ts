/** Runs the tests that need more than a user's machine has; `npm test` skips them visibly. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBillOfMaterials } from '../test/support/bill-of-materials.ts';
import { installPackage, packPackage } from '../test/support/packed-package.ts';

const PER_ERA = ['in-memory', 'prompts', 'client-features', 'toolsets', 'lifecycle'].map((name) => `test/e2e/${name}`);

/** The tools, standard input and output and signals again, with the edge that serves both protocol eras, and a client pinned to each. */
const eras = ['2025-11-25', '2026-07-28'].map((era) => run(PER_ERA, { BREAKWATER_TEST_ERA: era }));
const statuses = [...eras, runOnInstalled(), run(['test/ci'], { BREAKWATER_TEST_CI: '1' })];
writeBillOfMaterials();
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1;

/** The end-to-end tests again, with the command that users install. */
function runOnInstalled(): number {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-installed-'));
  try {
    return run(['test/e2e'], { BREAKWATER_TEST_LAUNCHER: installPackage(packPackage(folder), folder) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(paths: readonly string[], env: Readonly<Record<string, string>>): number {
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...paths], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status ?? 1;
}
