import { spawnSync } from 'node:child_process';
import { QUICK } from './counts.ts';
import type { Row } from './row.ts';
import { figureRow } from './row.ts';

/** Runs a test whose counts `npm test` reduces, in full. */
export function runInFull(test: string, what: string): () => Promise<Row[]> {
  return async () => {
    const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', test], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, BREAKWATER_FULL: QUICK ? '0' : '1' },
    });
    return [figureRow({ what, unit: 'failures', ours: status === 0 ? 0 : 1, limit: 0, against: test })];
  };
}
