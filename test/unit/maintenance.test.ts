import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/core/log.ts';
import { MAINTENANCE_INTERVAL_MS, scheduleMaintenance } from '../../src/maintenance.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('runs every job soon after the start and then hourly, also after one that fails, until it is stopped', async () => {
  const ran: string[] = [];
  const job =
    (name: string, fail = false) =>
    async () => {
      ran.push(name);
      if (fail) throw new Error('a disk that is full');
      return {};
    };
  const warnings: object[] = [];
  const log = { ...silentLog, warn: (fields: object) => void warnings.push(fields) };
  const maintenance = scheduleMaintenance(log, { first: job('first', true), second: job('second') });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ran).toEqual(['first', 'second']);
  expect(warnings).toEqual([{ what: 'first', cause: 'a disk that is full' }]);
  await vi.advanceTimersByTimeAsync(MAINTENANCE_INTERVAL_MS);
  expect(ran).toEqual(['first', 'second', 'first', 'second']);
  maintenance.stop();
  await vi.advanceTimersByTimeAsync(2 * MAINTENANCE_INTERVAL_MS);
  expect(ran).toHaveLength(4);
});
