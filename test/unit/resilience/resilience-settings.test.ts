import { describe, expect, it } from 'vitest';
import {
  resilienceConflict,
  resilienceSchema,
  resolveResilience,
} from '../../../src/resilience/resilience-settings.ts';

describe('resilience settings', () => {
  it('have safe defaults', () => {
    expect(resolveResilience({})).toEqual({
      timeoutMs: 10_000,
      deadlineMs: 30_000,
      retry: { maxAttempts: 3, baseMs: 250, maxMs: 5_000 },
      breaker: {
        failureThreshold: 5,
        failureRate: 0.5,
        slowCallMs: Number.POSITIVE_INFINITY,
        slowCallRate: 1,
        windowMs: 30_000,
        minCalls: 20,
        breakMs: 1_000,
        maxBreakMs: 60_000,
        halfOpenPermits: 1,
        probeLeaseMs: 11_000,
      },
      rateLimit: undefined,
      bulkhead: { maxConcurrent: 32, maxQueued: 256 },
    });
  });

  it('take what is given, and fit the rest to it', () => {
    const input = resilienceSchema.parse({
      timeout_ms: 40_000,
      retry: { max_attempts: 1 },
      breaker: { break_ms: 120_000, half_open_permits: 4 },
    });
    expect(resolveResilience(input)).toEqual({
      timeoutMs: 40_000,
      deadlineMs: 40_000,
      retry: { maxAttempts: 1, baseMs: 250, maxMs: 5_000 },
      breaker: {
        failureThreshold: 5,
        failureRate: 0.5,
        slowCallMs: Number.POSITIVE_INFINITY,
        slowCallRate: 1,
        windowMs: 30_000,
        minCalls: 20,
        breakMs: 120_000,
        maxBreakMs: 120_000,
        halfOpenPermits: 4,
        probeLeaseMs: 41_000,
      },
      rateLimit: undefined,
      bulkhead: { maxConcurrent: 32, maxQueued: 256 },
    });
  });

  it.each([
    { deadline_ms: 45_001 },
    { timeout_ms: 99 },
    { timeout_ms: 100.5 },
    { retry: { max_attempts: 4 } },
    { retry: { max_attempts: 0 } },
    { breaker: { failure_threshold: 0 } },
    { breaker: { half_open_permits: 0 } },
    { breaker: { treshold: 3 } },
    { hedge: true },
    { breaker: { failure_rate: 0 } },
    { breaker: { slow_call_rate: 1.1 } },
    { rate_limit: { permits: 1 } },
    { classes: { read: { classes: {} } } },
  ])('refuse %j', (input) => {
    expect(resilienceSchema.safeParse(input).success).toBe(false);
  });

  it.each([
    [{}, undefined],
    [{ timeout_ms: 10_000, deadline_ms: 10_000 }, undefined],
    [{ timeout_ms: 5_000, deadline_ms: 4_000 }, 'timeout_ms (5000) must not exceed deadline_ms (4000).'],
    [{ retry: { base_ms: 6_000 } }, 'retry.base_ms (6000) must not exceed retry.max_ms (5000).'],
    [
      { breaker: { break_ms: 200, max_break_ms: 100 } },
      'breaker.break_ms (200) must not exceed breaker.max_break_ms (100).',
    ],
    [
      { timeout_ms: 1_000, breaker: { slow_call_ms: 1_000 } },
      'breaker.slow_call_ms (1000) must be less than timeout_ms (1000): a slower call is a failure.',
    ],
    [
      { deadline_ms: 5_000, timeout_ms: 4_000, classes: { read: { timeout_ms: 6_000 } } },
      'classes.read: timeout_ms (6000) must not exceed deadline_ms (5000).',
    ],
  ])('name the rule that %j breaks', (input, expected) => {
    expect(resilienceConflict(input)).toBe(expected);
  });

  it('of a class win field by field over those of the integration', () => {
    const input = resilienceSchema.parse({
      timeout_ms: 8_000,
      retry: { max_attempts: 2, base_ms: 10 },
      rate_limit: { permits: 25, per_ms: 1_000 },
      classes: { read: { timeout_ms: 3_000, retry: { max_attempts: 1 }, breaker: { failure_rate: 0.9 } } },
    });
    const [read, write] = [resolveResilience(input, 'read'), resolveResilience(input, 'write')];
    expect([read.timeoutMs, read.retry.maxAttempts, read.retry.baseMs, read.breaker.failureRate]).toEqual([
      3_000, 1, 10, 0.9,
    ]);
    expect(read.breaker.probeLeaseMs).toBe(4_000);
    expect(read.rateLimit).toEqual({ permits: 25, perMs: 1_000, burst: 1 });
    expect([write.timeoutMs, write.retry.maxAttempts, write.breaker.failureRate]).toEqual([8_000, 2, 0.5]);
  });
});
