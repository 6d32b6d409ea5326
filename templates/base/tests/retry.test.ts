import { describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from '../src/types/index.js';
import type { RetryOptions } from '../src/utils/retry.util.js';
import { parseRetryAfter, RetryBudget, retry } from '../src/utils/retry.util.js';

const OPTIONS: Omit<RetryOptions, 'budget'> = {
  maxAttempts: 3,
  baseMs: 1,
  maxMs: 4,
  deadlineMs: 1_000,
  isRepeatable: true,
};

/** Work that fails `failures` times. */
function failing(failures: number, error: Error) {
  let calls = 0;
  const work = async () => {
    calls += 1;
    if (calls <= failures) throw error;
    return calls;
  };
  return { work, calls: () => calls };
}

const unavailable = (retryAfterMs?: number) =>
  new TransientError('down', { outcome: 'unknown', status: 503, retryAfterMs });

describe('retry', () => {
  it('repeats until it succeeds', async () => {
    const { work } = failing(2, unavailable());
    expect(await retry(work, { ...OPTIONS, budget: new RetryBudget() })).toBe(3);
  });

  it('gives up after the last attempt with its error', async () => {
    const { work, calls } = failing(9, unavailable());
    await expect(retry(work, { ...OPTIONS, budget: new RetryBudget() })).rejects.toMatchObject({ status: 503 });
    expect(calls()).toBe(3);
  });

  it('does not repeat what the provider refused', async () => {
    const { work, calls } = failing(1, new PermanentError('no', { outcome: 'not_executed', status: 400 }));
    await expect(retry(work, { ...OPTIONS, budget: new RetryBudget() })).rejects.toMatchObject({ status: 400 });
    expect(calls()).toBe(1);
  });

  it('does not repeat an effect that may have happened', async () => {
    const { work, calls } = failing(1, unavailable());
    await expect(retry(work, { ...OPTIONS, isRepeatable: false, budget: new RetryBudget() })).rejects.toThrow('down');
    expect(calls()).toBe(1);
  });

  it('waits as long as the provider asked', async () => {
    const { work } = failing(1, unavailable(60));
    const start = Date.now();
    await retry(work, { ...OPTIONS, budget: new RetryBudget() });
    expect(Date.now() - start).toBeGreaterThanOrEqual(58);
  });

  it('does not begin a pause that passes the deadline', async () => {
    const { work, calls } = failing(1, unavailable(60_000));
    await expect(retry(work, { ...OPTIONS, budget: new RetryBudget() })).rejects.toThrow('down');
    expect(calls()).toBe(1);
  });

  it('stops repeating when the budget is spent', async () => {
    const budget = new RetryBudget();
    while (budget.spend());
    const { work, calls } = failing(1, unavailable());
    await expect(retry(work, { ...OPTIONS, budget })).rejects.toThrow('down');
    expect(calls()).toBe(1);
  });
});

describe('parseRetryAfter', () => {
  it.each([
    ['3', 3_000],
    ['0', 0],
    ['Thu, 01 Jan 1970 00:00:05 GMT', 5_000],
    ['-1', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %s', (value, expected) => {
    expect(parseRetryAfter(value, 0)).toBe(expected);
  });
});
