import * as z from 'zod';
import type { BreakerSettings } from './breaker-state.ts';

/** No call outlives this: MCP clients give up after 60 s, and a refusal must come before that. */
export const MAX_DEADLINE_MS = 45_000;

/** What a user may set per integration, as saved. Everything is optional; `resolveResilience` fills in the defaults. */
export const resilienceSchema = z.strictObject({
  timeout_ms: z
    .int()
    .min(100)
    .max(MAX_DEADLINE_MS)
    .optional()
    .describe('Time limit of one attempt in ms (default 10000)'),
  deadline_ms: z
    .int()
    .min(100)
    .max(MAX_DEADLINE_MS)
    .optional()
    .describe('Time limit of a whole call with its retries and pauses in ms (default 30000)'),
  retry: z
    .strictObject({
      max_attempts: z.int().min(1).max(3).optional().describe('Attempts in all, the first included (default 3)'),
      base_ms: z.int().min(1).max(10_000).optional().describe('Upper bound of the first pause in ms (default 250)'),
      max_ms: z.int().min(1).max(30_000).optional().describe('Upper bound of any pause in ms (default 5000)'),
    })
    .optional()
    .describe('Retry with full jitter; only calls that are safe to repeat'),
  breaker: z
    .strictObject({
      failure_threshold: z.int().min(1).max(1000).optional().describe('Failures in a row that open it (default 5)'),
      break_ms: z.int().min(10).max(600_000).optional().describe('First break in ms; doubles (default 1000)'),
      max_break_ms: z.int().min(10).max(3_600_000).optional().describe('Longest break in ms (default 60000)'),
      half_open_permits: z.int().min(1).max(100).optional().describe('Trial calls at once (default 1)'),
    })
    .optional()
    .describe('Circuit breaker, shared by every process on this machine'),
});

export type ResilienceInput = z.output<typeof resilienceSchema>;

export interface ResilienceSettings {
  timeoutMs: number;
  deadlineMs: number;
  retry: { maxAttempts: number; baseMs: number; maxMs: number };
  breaker: BreakerSettings;
}

export function resolveResilience(input: ResilienceInput): ResilienceSettings {
  const timeoutMs = input.timeout_ms ?? 10_000;
  return {
    timeoutMs,
    deadlineMs: input.deadline_ms ?? Math.max(30_000, timeoutMs),
    retry: {
      maxAttempts: input.retry?.max_attempts ?? 3,
      baseMs: input.retry?.base_ms ?? 250,
      maxMs: input.retry?.max_ms ?? 5_000,
    },
    breaker: {
      failureThreshold: input.breaker?.failure_threshold ?? 5,
      breakMs: input.breaker?.break_ms ?? 1_000,
      maxBreakMs: input.breaker?.max_break_ms ?? Math.max(60_000, input.breaker?.break_ms ?? 0),
      halfOpenPermits: input.breaker?.half_open_permits ?? 1,
      // A prober that is still waiting for its answer must not lose its permit.
      probeLeaseMs: timeoutMs + 1_000,
    },
  };
}

/** The rule that a combination of settings breaks, or undefined. */
export function resilienceConflict(settings: ResilienceSettings): string | undefined {
  if (settings.timeoutMs > settings.deadlineMs) {
    return `timeout_ms (${settings.timeoutMs}) must not exceed deadline_ms (${settings.deadlineMs}).`;
  }
  if (settings.retry.baseMs > settings.retry.maxMs) {
    return `retry.base_ms (${settings.retry.baseMs}) must not exceed retry.max_ms (${settings.retry.maxMs}).`;
  }
  if (settings.breaker.breakMs > settings.breaker.maxBreakMs) {
    return `breaker.break_ms (${settings.breaker.breakMs}) must not exceed breaker.max_break_ms (${settings.breaker.maxBreakMs}).`;
  }
  return undefined;
}
