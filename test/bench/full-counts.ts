import { spawnSync } from 'node:child_process';
import type { Row } from './row.ts';
import { figureRow } from './row.ts';

/** Runs a test whose counts `npm test` reduces, in full. */
export async function runInFull(test: string, what: string): Promise<Row[]> {
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', test], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, BREAKWATER_FULL: '1' },
  });
  const failed = status === 0 ? 0 : 1;
  return [figureRow({ what, unit: 'failures', ours: failed, limit: 0, against: test })];
}
