import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { CallSignals } from '../../../src/protocol/call-signals.ts';

/** Resolves with the reason for which the call is aborted. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason));
  });

it('ends a call with its client, and no other', async () => {
  const signals = new CallSignals();
  const [leaving, staying] = [new AbortController(), new AbortController()];
  const left = signals.run(leaving.signal, untilAborted);
  let isOver = false;
  const other = signals.run(staying.signal, untilAborted).then((reason) => {
    isOver = true;
    return reason;
  });
  leaving.abort('the client left');
  expect(await left).toBe('the client left');
  expect(isOver).toBe(false);
  staying.abort('this one too');
  expect(await other).toBe('this one too');
});

it('ends all calls with the server, and those that come later', async () => {
  const signals = new CallSignals();
  const { signal } = new AbortController();
  const calls = [signals.run(signal, untilAborted), signals.run(signal, untilAborted)];
  signals.end('shutting down');
  expect(await Promise.all(calls)).toEqual(['shutting down', 'shutting down']);
  expect(await signals.run(signal, untilAborted)).toBe('shutting down');
});

it('knows a client that has left before, and leaves nothing on one that stays', async () => {
  const signals = new CallSignals();
  expect(await signals.run(AbortSignal.abort('gone'), untilAborted)).toBe('gone');
  const { signal } = new AbortController();
  await signals.run(signal, async () => {});
  await signals.run(signal, () => Promise.reject(new Error('fails'))).catch(() => {});
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
