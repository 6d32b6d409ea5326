import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { AppError } from '../../../src/core/errors.ts';
import { RetryBudget } from '../../../src/resilience/budget.ts';
import type { AttemptFailure, Repeat } from '../../../src/resilience/classify.ts';
import { AttemptError } from '../../../src/resilience/classify.ts';
import type { RetryOptions } from '../../../src/resilience/retry.ts';
import { Retry } from '../../../src/resilience/retry.ts';

const START = Date.UTC(2026, 10, 23, 12, 0, 0);
const unavailable = new AttemptError({ kind: 'response', status: 503, headers: {} });

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

function limited(headers: Record<string, string>, status = 429): AttemptError {
  return new AttemptError({ kind: 'response', status, headers });
}

interface Run {
  /** Times at which an attempt began, in milliseconds from the start. */
  starts: number[];
  result: PromiseSettledResult<unknown>;
  budget: RetryBudget;
}

/** Runs attempts that fail with these errors, one after the other, then succeed. Time passes as fast as it can. */
async function run(failures: readonly unknown[], options: Partial<RetryOptions> = {}): Promise<Run> {
  vi.setSystemTime(START);
  const budget = options.budget ?? new RetryBudget();
  const retry = new Retry({
    maxAttempts: 3,
    baseMs: 100,
    maxMs: 1_000,
    repeat: 'safe',
    deadline: deadlineIn(30_000),
    clock: { now: () => Date.now() },
    ...options,
    budget,
  });
  const starts: number[] = [];
  const settled = Promise.allSettled([
    retry.execute(({ attempt }) => {
      starts.push(Date.now() - START);
      expect(attempt).toBe(starts.length);
      if (starts.length <= failures.length) throw failures[starts.length - 1];
      return 'done';
    }),
  ]);
  await vi.runAllTimersAsync();
  const [result] = await settled;
  return { starts, result, budget };
}

describe('Retry', () => {
  it('makes three attempts in all, and then fails with the last error', async () => {
    const last = limited({}, 500);
    const { starts, result } = await run([unavailable, unavailable, last]);
    expect(starts).toHaveLength(3);
    expect(result).toEqual({ status: 'rejected', reason: last });
  });

  it('stops at the first success', async () => {
    const { starts, result } = await run([unavailable]);
    expect(starts).toHaveLength(2);
    expect(result).toEqual({ status: 'fulfilled', value: 'done' });
  });

  it.each([
    [0, [0, 0, 0, 0, 0]],
    [0.5, [0, 50, 150, 350, 750]],
    [1, [0, 100, 300, 700, 1_500]],
  ])('pauses with full jitter, doubling up to the cap: random %d', async (random, expected) => {
    const { starts } = await run(Array(4).fill(unavailable), { maxAttempts: 5, maxMs: 800, random: () => random });
    expect(starts).toEqual(expected);
  });

  it('still jitters over the whole range once the bound has stopped growing', async () => {
    const draws = [0.1, 0.9, 0, 0.999, 0.4];
    const { starts } = await run(Array(5).fill(unavailable), {
      maxAttempts: 6,
      baseMs: 1_000,
      maxMs: 1_000,
      random: () => draws.shift() ?? 0,
    });
    const pauses = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    expect(pauses).toEqual([100, 900, 0, 999, 400]);
  });

  it('with its own random numbers stays within the bounds and does not repeat itself', async () => {
    const pauses = new Set<number>();
    const onPause: RetryOptions['onPause'] = ({ pauseMs }) => void pauses.add(pauseMs);
    for (let round = 0; round < 20; round += 1) await run([unavailable], { baseMs: 500, onPause });
    expect(pauses.size).toBeGreaterThan(15);
    for (const pause of pauses) {
      expect(pause).toBeGreaterThanOrEqual(0);
      expect(pause).toBeLessThan(500);
    }
  });

  it.each([
    ['seconds', { 'retry-after': '2' }, 2_000],
    ['a date', { 'retry-after': new Date(START + 4_000).toUTCString() }, 4_000],
    ['milliseconds', { 'retry-after-ms': '700' }, 700],
    ['a quota', { 'x-ratelimit-reset': `${START / 1_000 + 3}` }, 3_000],
  ])('never comes back earlier than asked for in %s, and little later', async (_, headers, askedMs) => {
    for (const random of [0, 0.999]) {
      const { starts } = await run([limited(headers)], { random: () => random });
      expect(starts[1]).toBeGreaterThan(askedMs);
      expect(starts[1]).toBeLessThanOrEqual(askedMs + 101);
    }
  });

  it('fails at once when the service asks for more time than the deadline leaves', async () => {
    const reason = limited({ 'retry-after': '31' });
    const { starts, result, budget } = await run([reason]);
    expect(starts).toEqual([0]);
    expect(Date.now()).toBe(START);
    expect(result).toEqual({ status: 'rejected', reason });
    expect(budget.tokens).toBe(20);
  });

  it('says before each pause what it waits for', async () => {
    const onPause = vi.fn();
    await run([unavailable, unavailable], { onPause, random: () => 0.5 });
    expect(onPause.mock.calls).toEqual([
      [{ attempt: 2, maxAttempts: 3, pauseMs: 50 }],
      [{ attempt: 3, maxAttempts: 3, pauseMs: 100 }],
    ]);
  });

  it.each<[string, AttemptFailure, Repeat, number]>([
    ['an unsafe request that was sent', { kind: 'network', code: 'ECONNRESET', sent: true }, 'unsafe', 1],
    ['an unsafe request that timed out', { kind: 'timeout', sent: true }, 'unsafe', 1],
    ['an unsafe request that failed', { kind: 'response', status: 500, headers: {} }, 'unsafe', 1],
    ['an unsafe request that was never sent', { kind: 'network', code: 'ECONNREFUSED', sent: false }, 'unsafe', 3],
    ['the same with a key', { kind: 'network', code: 'ECONNRESET', sent: true }, 'with-key', 3],
    ['what the caller cancelled', { kind: 'cancelled', sent: true }, 'safe', 1],
    ['a bad request', { kind: 'response', status: 400, headers: {} }, 'safe', 1],
  ])('attempts %s so often', async (_, failure, repeat, attempts) => {
    const { starts } = await run(Array(5).fill(new AttemptError(failure)), { repeat });
    expect(starts).toHaveLength(attempts);
  });

  it.each([
    new AppError('circuit_open', 'open'),
    new Error('a defect'),
    undefined,
  ])('does not repeat what is no failed attempt: %s', async (reason) => {
    const { starts, result } = await run([reason]);
    expect(starts).toEqual([0]);
    expect(result).toEqual({ status: 'rejected', reason });
  });

  it('does not even begin when the signal is aborted', async () => {
    const reason = new AppError('timeout', 'The call took longer than 5 ms.');
    const work = vi.fn();
    const retry = new Retry({
      maxAttempts: 3,
      baseMs: 1,
      maxMs: 1,
      repeat: 'safe',
      deadline: deadlineIn(1),
      budget: new RetryBudget(),
      clock: { now: () => START },
    });
    await expect(retry.execute(work, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('RetryBudget', () => {
  it('allows 20 retries while nothing succeeds', async () => {
    const budget = new RetryBudget();
    let attempts = 0;
    for (let call = 0; call < 50; call += 1)
      attempts += (await run(Array(3).fill(unavailable), { budget })).starts.length;
    expect(attempts).toBe(50 + 20);
    expect(budget.tokens).toBe(0);
  });

  it('gives a token back for a retry that succeeds and a tenth for a success at first try, up to 20', async () => {
    const budget = new RetryBudget();
    expect((await run([unavailable], { budget })).budget.tokens).toBe(20);
    await run(Array(3).fill(unavailable), { budget });
    expect(budget.tokens).toBe(18);
    await run([], { budget });
    expect(budget.tokens).toBeCloseTo(18.1);
    await run([unavailable, unavailable], { budget });
    expect(budget.tokens).toBeCloseTo(17.1);
    for (let call = 0; call < 50; call += 1) await run([], { budget });
    expect(budget.tokens).toBe(20);
  });
});
