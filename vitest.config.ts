import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Nothing is late before that: a machine may be slow and busy. What is waited for is a condition, not a time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    restoreMocks: true,
    // Many tests wait for processes, sockets and disks: one worker more than there are cores.
    maxWorkers: availableParallelism() + 1,
  },
});
