import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { AppError } from '../../../src/core/errors.ts';
import { TimeLimit } from '../../../src/resilience/time-limit.ts';

/** Ends as soon as its signal aborts, with what it was aborted with. */
function untilAborted({ signal }: { signal: AbortSignal }): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** An attempt of this length in a call that has time. */
const limitOf = (timeoutMs: number) => new TimeLimit({ timeoutMs, deadline: deadlineIn(60_000) });

describe('TimeLimit', () => {
  it('ends an attempt at the deadline of the call, and says that it was that', async () => {
    const limit = new TimeLimit({ timeoutMs: 10_000, deadline: deadlineIn(20) });
    await expect(limit.execute(untilAborted)).rejects.toMatchObject({
      code: 'timeout',
      message: 'The deadline of the call has passed.',
    });
  });

  it('begins nothing after the deadline', async () => {
    const work = vi.fn();
    const limit = new TimeLimit({ timeoutMs: 10_000, deadline: deadlineIn(-1) });
    await expect(limit.execute(work)).rejects.toMatchObject({ code: 'timeout', outcome: 'not_executed' });
    expect(work).not.toHaveBeenCalled();
  });

  it('aborts what takes too long, with a timeout that names the limit', async () => {
    const error = await limitOf(20)
      .execute(untilAborted)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'timeout',
      message: 'The service did not answer within 20 ms.',
      hint: 'The service is slow or unreachable. Check breaker_status, then call again.',
    });
  });

  it('passes the caller’s own abort on at once, and does not call it a timeout', async () => {
    const caller = new AbortController();
    const result = limitOf(60_000).execute(untilAborted, caller.signal);
    caller.abort('the caller left');
    await expect(result).rejects.toBe('the caller left');
  });

  it('does not begin when it is too late already', async () => {
    const work = vi.fn();
    await expect(limitOf(50).execute(work, AbortSignal.abort('left'))).rejects.toMatchObject({
      code: 'cancelled',
      cause: 'left',
    });
    expect(work).not.toHaveBeenCalled();
  });

  it('gives each call its own signal, and leaves those of the past alone', async () => {
    const limit = limitOf(30);
    const caller = new AbortController();
    const signals: AbortSignal[] = [];
    const note = async ({ signal }: { signal: AbortSignal }) => void signals.push(signal);
    await limit.execute(note, caller.signal);
    await limit.execute(note, caller.signal);
    await pause(60);
    caller.abort();
    expect(signals[0]).not.toBe(signals[1]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });
});
