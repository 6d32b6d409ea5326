import {
  bulkhead,
  retry as cockatielRetry,
  fallback,
  handleAll,
  handleWhen,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { AppError } from '../../../src/core/errors.ts';
import { Breaker } from '../../../src/resilience/breaker.ts';
import { RetryBudget } from '../../../src/resilience/budget.ts';
import { Bulkhead } from '../../../src/resilience/bulkhead.ts';
import { InProcessBreakerStore } from '../../../src/resilience/in-process-breaker-store.ts';
import { OutcomeWindow } from '../../../src/resilience/outcome-window.ts';
import { resolveResilience } from '../../../src/resilience/resilience-settings.ts';
import { Retry } from '../../../src/resilience/retry.ts';
import { TimeLimit } from '../../../src/resilience/time-limit.ts';
import { clock, failWith, KEY, response } from '../../unit/resilience/calls.ts';

function newRetry(): Retry {
  return new Retry({
    maxAttempts: 3,
    baseMs: 1,
    maxMs: 1,
    repeat: 'safe',
    deadline: deadlineIn(10_000),
    budget: new RetryBudget(),
    clock,
  });
}

function newBreaker(): Breaker {
  const store = new InProcessBreakerStore(clock);
  const window = new OutcomeWindow(30_000);
  return new Breaker({ key: KEY, store, settings: resolveResilience({}).breaker, repeat: 'safe', clock, window });
}

function newTimeLimit(): TimeLimit {
  return new TimeLimit({ timeoutMs: 1_000, deadline: deadlineIn(10_000) });
}

const unavailable = failWith(response(503));

describe('our policies inside cockatiel’s', () => {
  it('fall back once the retries are used up', async () => {
    const attempt = vi.fn(unavailable);
    const policy = wrap(
      fallback(handleAll, () => 'from the cache'),
      newRetry(),
    );
    expect(await policy.execute(attempt)).toBe('from the cache');
    expect(attempt).toHaveBeenCalledTimes(3);
  });

  it('fall back on an open breaker only', async () => {
    const isOpen = handleWhen((error) => error instanceof AppError && error.code === 'circuit_open');
    const policy = wrap(fallback(isOpen, 'stale'), newBreaker());
    for (let count = 0; count < 5; count += 1) await expect(policy.execute(unavailable)).rejects.toThrow('HTTP 503');
    expect(await policy.execute(unavailable)).toBe('stale');
  });

  it('keep to its bulkhead, retries included', async () => {
    let [running, most] = [0, 0];
    const policy = wrap(bulkhead(2, 10), newRetry());
    const attempt = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      return unavailable();
    };
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => policy.execute(attempt)));
    expect(results.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
    expect(most).toBe(2);
  });

  it('end with its timeout', async () => {
    const attempt = vi.fn(failWith(response(503, { 'retry-after': '5' })));
    const policy = wrap(timeout(40, TimeoutStrategy.Cooperative), newRetry());
    await expect(policy.execute(attempt)).rejects.toMatchObject({ code: 'cancelled' });
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});

describe('its policies inside ours', () => {
  it('hand on what each layer adds to the context', async () => {
    const seen: unknown[] = [];
    const policy = wrap(newTimeLimit(), new Bulkhead(1, 1), newRetry(), newBreaker(), bulkhead(1));
    const result = await policy.execute(async ({ attempt, signal }) => {
      seen.push([attempt, signal.aborted]);
      if (seen.length < 2) await unavailable();
      return 'done';
    });
    expect(result).toBe('done');
    expect(seen).toEqual([
      [1, false],
      [2, false],
    ]);
  });

  it('retry what they will before ours hear of it', async () => {
    const attempt = vi.fn(unavailable);
    const policy = wrap(newBreaker(), cockatielRetry(handleAll, { maxAttempts: 1 }));
    await expect(policy.execute(attempt)).rejects.toThrow('HTTP 503');
    expect(attempt).toHaveBeenCalledTimes(2);
  });
});

describe('events', () => {
  it('tell of each end of a call, with its duration and reason, until nobody listens', async () => {
    const retry = newRetry();
    const events: unknown[] = [];
    const listeners = [
      retry.onSuccess(({ duration }) => events.push(['success', duration >= 0])),
      retry.onFailure(({ duration, handled, reason }) => events.push(['failure', duration >= 0, handled, reason])),
    ];
    await retry.execute(async () => 'done');
    await retry.execute(unavailable).catch(() => undefined);
    expect(events).toEqual([
      ['success', true],
      ['failure', true, true, { error: expect.objectContaining({ message: 'HTTP 503' }) }],
    ]);
    for (const listener of listeners) listener.dispose();
    await retry.execute(async () => 'done');
    await retry.execute(unavailable).catch(() => undefined);
    expect(events).toHaveLength(2);
  });

  it('of the outermost policy are those of the whole', async () => {
    const policy = wrap(newTimeLimit(), newRetry());
    const [onSuccess, onFailure] = [vi.fn(), vi.fn()];
    policy.onSuccess(onSuccess);
    policy.onFailure(onFailure);
    await policy.execute(async () => 'done');
    await policy.execute(unavailable).catch(() => undefined);
    expect([onSuccess, onFailure].map((listener) => listener.mock.calls.length)).toEqual([1, 1]);
  });
});
