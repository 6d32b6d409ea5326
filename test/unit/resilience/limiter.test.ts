import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { AppError } from '../../../src/core/errors.ts';
import { Limiter } from '../../../src/resilience/limiter.ts';
import type { PermitStore } from '../../../src/resilience/permit-store.ts';
import type { RateLimit } from '../../../src/resilience/rate-limit.ts';
import { intervalOf, takePermit } from '../../../src/resilience/rate-limit.ts';

const clock = { now: () => Date.now() };
const LIMIT: RateLimit = { permits: 10, perMs: 1_000, burst: 1 };

class CountedPermits implements PermitStore {
  #arrival: number | undefined;

  async take(_key: string, limit: RateLimit, maxWaitMs: number) {
    const { arrival, granted, waitMs } = takePermit(this.#arrival, clock.now(), limit, maxWaitMs);
    this.#arrival = arrival;
    return { granted, waitMs };
  }

  async giveBack(_key: string, limit: RateLimit): Promise<void> {
    this.#arrival = (this.#arrival ?? 0) - intervalOf(limit);
  }
}

function setup(deadlineMs = 1_000) {
  const permits = new CountedPermits();
  const waits: number[] = [];
  const started: number[] = [];
  const limiter = new Limiter({
    key: 'api.test/read',
    limit: LIMIT,
    permits,
    deadline: deadlineIn(deadlineMs),
    onWait: (waitMs) => waits.push(waitMs),
  });
  const call = (signal?: AbortSignal) => limiter.execute(async () => started.push(clock.now()), signal);
  return { limiter, permits, waits, started, call };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Limiter', () => {
  it('lets a call begin at once while there are permits, and tells of no wait', async () => {
    const { call, started, waits } = setup();
    const now = clock.now();
    await call();
    expect(started).toEqual([now]);
    expect(waits).toEqual([]);
  });

  it('starts waiting calls one interval apart, in order, and tells how long each waits', async () => {
    const { call, started, waits } = setup();
    const now = clock.now();
    const calls = [call(), call(), call()];
    await vi.advanceTimersByTimeAsync(99);
    expect(started).toEqual([now]);
    await vi.advanceTimersByTimeAsync(201);
    await Promise.all(calls);
    expect(started).toEqual([now, now + 100, now + 200]);
    expect(waits).toEqual([100, 200]);
  });

  it('refuses at once what would wait past the deadline, with the time to come back, and sends nothing', async () => {
    const { call, started, waits } = setup(150);
    const calls = [call(), call()];
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retryAfterMs: 200,
      outcome: 'not_executed',
      details: { breaker: 'api.test/read' },
    });
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(calls);
    expect(started).toHaveLength(2);
    expect(waits).toEqual([100]);
  });

  it('takes no permit for a call whose deadline has passed', async () => {
    const { call, started, permits } = setup(50);
    await vi.advanceTimersByTimeAsync(50);
    await expect(call()).rejects.toMatchObject({ code: 'timeout', outcome: 'not_executed' });
    expect(started).toEqual([]);
    expect(await permits.take('', LIMIT, 0)).toEqual({ granted: true, waitMs: 0 });
  });

  it('gives the permit of a cancelled wait to the next call, and ends the wait at once', async () => {
    const { call, started } = setup();
    const now = clock.now();
    await call();
    const controller = new AbortController();
    const cancelled = call(controller.signal).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(40);
    controller.abort(new Error('left'));
    expect(await cancelled).toMatchObject({ name: 'AppError', code: 'cancelled' });
    expect(clock.now()).toBe(now + 40);
    const next = call();
    await vi.advanceTimersByTimeAsync(60);
    await next;
    expect(started).toEqual([now, now + 100]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends a wait with the reason when the reason is ours', async () => {
    const { call } = setup();
    await call();
    const controller = new AbortController();
    const waiting = call(controller.signal).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(1);
    const reason = new AppError('timeout', 'The deadline of the call has passed.');
    controller.abort(reason);
    expect(await waiting).toBe(reason);
  });

  it('gives back a permit that a call cancelled beforehand would have waited for', async () => {
    const { call, started, permits } = setup();
    await call();
    expect(await call(AbortSignal.abort()).catch((thrown: unknown) => thrown)).toMatchObject({ code: 'cancelled' });
    expect(await permits.take('', LIMIT, 1_000)).toEqual({ granted: true, waitMs: 100 });
    expect(started).toHaveLength(1);
  });

  it('reserves the permit of a further attempt, and takes it back unused', async () => {
    const { call, limiter } = setup();
    await call();
    expect(await limiter.reserve()).toEqual({ granted: true, waitMs: 100 });
    await limiter.giveBack();
    expect(await limiter.reserve()).toEqual({ granted: true, waitMs: 100 });
  });

  it('hands the failure of the work on untouched', async () => {
    const { limiter } = setup();
    const failure = new Error('of the work');
    await expect(limiter.execute(() => Promise.reject(failure))).rejects.toBe(failure);
  });
});
