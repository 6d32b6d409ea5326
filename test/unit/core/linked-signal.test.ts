import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { withinTime, withLinkedSignal } from '../../../src/core/linked-signal.ts';

/** Resolves with the reason for which the signal aborts. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason));
  });

it('aborts with the outer signal, also when that was before', async () => {
  const outer = new AbortController();
  const work = withLinkedSignal(outer.signal, ({ signal }) => untilAborted(signal));
  outer.abort('left');
  expect(await work).toBe('left');
  expect(await withLinkedSignal(outer.signal, ({ signal }) => untilAborted(signal))).toBe('left');
});

it('aborts when the time is over, with the reason that was given', async () => {
  const { signal } = new AbortController();
  expect(await withinTime(signal, 5, untilAborted)).toMatchObject({ name: 'TimeoutError' });
  expect(await withinTime(signal, 5, untilAborted, () => 'too slow')).toBe('too slow');
});

it('leaves nothing behind, however the work ends', async () => {
  const { signal } = new AbortController();
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await withinTime(signal, 60_000, () => 'done');
  await withinTime(signal, 60_000, () => Promise.reject(new Error('fails'))).catch(() => {});
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(timers()).toBe(before);
});
