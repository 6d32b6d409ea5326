import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { AppError } from '../../../src/core/errors.ts';
import { Bulkhead } from '../../../src/resilience/bulkhead.ts';

/** A call that runs until told to end. */
function openCall(bulkhead: Bulkhead, signal?: AbortSignal) {
  const { promise: gate, resolve: finish, reject: fail } = Promise.withResolvers<string>();
  let started = false;
  const work = () => {
    started = true;
    return gate;
  };
  const result = bulkhead.execute(work, signal);
  return { finish, fail, result, started: () => started };
}

/** Lets everything that is ready happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Bulkhead', () => {
  it('runs up to its limit, lets the rest wait in order, and refuses what is too much', async () => {
    const bulkhead = new Bulkhead(2, 2);
    const calls = Array.from({ length: 4 }, () => openCall(bulkhead));
    await expect(openCall(bulkhead).result).rejects.toMatchObject({
      code: 'unavailable',
      outcome: 'not_executed',
      message: '2 calls are running and 2 are waiting for this service.',
    });
    await settle();
    const started = () => calls.map((call) => call.started());
    expect(started()).toEqual([true, true, false, false]);
    expect([bulkhead.active, bulkhead.queued]).toEqual([2, 2]);
    calls[1]?.finish('b');
    await settle();
    expect(started()).toEqual([true, true, true, false]);
    calls[0]?.fail(new Error('a'));
    await expect(calls[0]?.result).rejects.toThrow('a');
    await settle();
    expect(started()).toEqual([true, true, true, true]);
    calls[2]?.finish('c');
    calls[3]?.finish('d');
    expect(await Promise.all(calls.slice(1).map((call) => call.result))).toEqual(['b', 'c', 'd']);
    expect([bulkhead.active, bulkhead.queued]).toEqual([0, 0]);
  });

  it('gives the place back when the call throws before it waits for anything', async () => {
    const bulkhead = new Bulkhead(1, 0);
    const refuse = () => {
      throw new Error('at once');
    };
    await expect(bulkhead.execute(refuse)).rejects.toThrow('at once');
    expect(bulkhead.active).toBe(0);
  });

  it('lets a waiter go when its deadline comes, and at once when it has passed', async () => {
    const bulkhead = new Bulkhead(1, 5);
    const running = openCall(bulkhead);
    const never = new AbortController().signal;
    for (const ms of [20, -5]) {
      const begun = performance.now();
      const late = bulkhead.enter(() => 'late', never, deadlineIn(ms));
      await expect(late).rejects.toMatchObject({ code: 'timeout', outcome: 'not_executed' });
      expect(performance.now() - begun).toBeGreaterThanOrEqual(ms - 1);
    }
    expect([bulkhead.active, bulkhead.queued]).toEqual([1, 0]);
    running.finish('first');
    await running.result;
    expect(bulkhead.active).toBe(0);
  });

  it('lets an aborted waiter go at once, with the reason, and serves the next one', async () => {
    const bulkhead = new Bulkhead(1, 5);
    const running = openCall(bulkhead);
    const caller = new AbortController();
    const [aborted, next] = [openCall(bulkhead, caller.signal), openCall(bulkhead)];
    await settle();
    const deadline = new AppError('timeout', 'The call took longer than 10 ms.');
    caller.abort(deadline);
    await expect(aborted.result).rejects.toBe(deadline);
    expect(bulkhead.queued).toBe(1);
    running.finish('first');
    next.finish('second');
    expect(await next.result).toBe('second');
    expect(aborted.started()).toBe(false);
    expect([bulkhead.active, bulkhead.queued]).toEqual([0, 0]);
  });

  it('does not let an aborted call in', async () => {
    const bulkhead = new Bulkhead(1, 1);
    const call = openCall(bulkhead, AbortSignal.abort('left'));
    await expect(call.result).rejects.toMatchObject({ code: 'cancelled', cause: 'left' });
    expect(call.started()).toBe(false);
    expect(bulkhead.active).toBe(0);
  });

  it('stops listening to a signal once its call has a place', async () => {
    const bulkhead = new Bulkhead(1, 1);
    const caller = new AbortController();
    const [first, second] = [openCall(bulkhead), openCall(bulkhead, caller.signal)];
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    first.finish('a');
    second.finish('b');
    expect(await second.result).toBe('b');
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });
});
