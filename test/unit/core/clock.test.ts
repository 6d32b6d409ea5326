import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { sleep, systemClock } from '../../../src/core/clock.ts';

describe('sleep', () => {
  it('takes its time and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const started = performance.now();
    await sleep(30, signal);
    expect(performance.now() - started).toBeGreaterThan(25);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends at once with the reason when aborted, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    const caller = new AbortController();
    const asleep = sleep(60_000, caller.signal);
    caller.abort('enough');
    await expect(asleep).rejects.toBe('enough');
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('does not begin when it is aborted already', async () => {
    await expect(sleep(60_000, AbortSignal.abort('enough'))).rejects.toBe('enough');
  });
});

it('the system clock tells the wall time', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
});
