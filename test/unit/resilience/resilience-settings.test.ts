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
      breaker: { failureThreshold: 5, breakMs: 1_000, maxBreakMs: 60_000, halfOpenPermits: 1, probeLeaseMs: 11_000 },
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
        breakMs: 120_000,
        maxBreakMs: 120_000,
        halfOpenPermits: 4,
        probeLeaseMs: 41_000,
      },
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
  ])('name the rule that %j breaks', (input, expected) => {
    expect(resilienceConflict(resolveResilience(input))).toBe(expected);
  });
});
