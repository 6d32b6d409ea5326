import * as z from 'zod';
import type { BreakerSettings } from './breaker-state.ts';
import type { RateLimit } from './rate-limit.ts';

/** No call outlives this: MCP clients give up after 60 s, and a refusal must come before that. */
export const MAX_DEADLINE_MS = 45_000;

const milliseconds = (max: number, description: string, min = 1) =>
  z.int().min(min).max(max).optional().describe(`${description} in ms`);
const share = (description: string) => z.number().gt(0).max(1).optional().describe(description);

const shape = {
  timeout_ms: milliseconds(MAX_DEADLINE_MS, 'Time limit of one attempt (default 10000)', 100),
  deadline_ms: milliseconds(MAX_DEADLINE_MS, 'Time limit of a whole call with retries and waits (default 30000)', 100),
  retry: z
    .strictObject({
      max_attempts: z.int().min(1).max(3).optional().describe('Attempts in all (default 3)'),
      base_ms: milliseconds(10_000, 'Upper bound of the first pause, doubling (default 250)'),
      max_ms: milliseconds(30_000, 'Upper bound of any pause (default 5000)'),
    })
    .optional()
    .describe('Retry with full jitter, only of calls that are safe to repeat'),
  breaker: z
    .strictObject({
      failure_threshold: z.int().min(1).max(1000).optional().describe('Failures in a row that open it (default 5)'),
      failure_rate: share('Share of failures in the window that opens it (default 0.5)'),
      slow_call_ms: milliseconds(MAX_DEADLINE_MS, 'From when a call is slow (default: never)'),
      slow_call_rate: share('Share of slow calls in the window that opens it (default 1)'),
      window_ms: milliseconds(600_000, 'Length of the window (default 30000)', 100),
      min_calls: z.int().min(1).max(10_000).optional().describe('Calls below which rates say nothing (default 20)'),
      break_ms: milliseconds(600_000, 'First break, doubling (default 1000)', 10),
      max_break_ms: milliseconds(3_600_000, 'Longest break (default 60000)', 10),
      half_open_permits: z.int().min(1).max(100).optional().describe('Trial calls at once (default 1)'),
    })
    .optional()
    .describe('Circuit breaker, shared by every process on this machine'),
  rate_limit: z
    .strictObject({
      permits: z.int().min(1).max(1_000_000).describe('Calls allowed'),
      per_ms: z.int().min(1).max(86_400_000).describe('in this time'),
      burst: z.int().min(1).max(100_000).optional().describe('Of them at once (default 1)'),
    })
    .optional()
    .describe('Rate limit, shared by every process on this machine'),
  bulkhead: z
    .strictObject({
      max_concurrent: z.int().min(1).max(1000).optional().describe('Calls at once (default 32)'),
      max_queued: z.int().min(0).max(10_000).optional().describe('Calls waiting (default 256)'),
    })
    .optional()
    .describe('Limits of this process'),
};

const classSettings = z.strictObject(shape);

/** What a user may set per integration, as saved. Everything is optional; `resolveResilience` fills in the defaults. */
export const resilienceSchema = z.strictObject({
  ...shape,
  /** The same settings for one class of endpoints; what is left out there is as for the integration. */
  classes: z.record(z.string().max(64), classSettings).optional(),
});

export type ResilienceInput = z.output<typeof resilienceSchema>;
type ClassInput = z.output<typeof classSettings>;

export interface ResilienceSettings {
  timeoutMs: number;
  deadlineMs: number;
  retry: { maxAttempts: number; baseMs: number; maxMs: number };
  breaker: BreakerSettings;
  rateLimit: RateLimit | undefined;
  bulkhead: { maxConcurrent: number; maxQueued: number };
}

/** The settings of one endpoint class, or of the integration where no class is given. */
export function resolveResilience(input: ResilienceInput, endpointClass?: string): ResilienceSettings {
  const { classes, ...base } = input;
  const special = endpointClass === undefined ? undefined : classes?.[endpointClass];
  return special === undefined ? withDefaults(base) : withDefaults(merge(base, special));
}

/** The special settings win field by field, also inside retry, breaker, … */
function merge(base: ClassInput, special: ClassInput): ClassInput {
  return {
    ...base,
    ...special,
    retry: { ...base.retry, ...special.retry },
    breaker: { ...base.breaker, ...special.breaker },
    bulkhead: { ...base.bulkhead, ...special.bulkhead },
  };
}

function withDefaults(input: ClassInput): ResilienceSettings {
  const timeoutMs = input.timeout_ms ?? 10_000;
  return {
    timeoutMs,
    deadlineMs: input.deadline_ms ?? Math.max(30_000, timeoutMs),
    retry: {
      maxAttempts: input.retry?.max_attempts ?? 3,
      baseMs: input.retry?.base_ms ?? 250,
      maxMs: input.retry?.max_ms ?? 5_000,
    },
    breaker: breakerDefaults(input.breaker ?? {}, timeoutMs),
    rateLimit: input.rate_limit && {
      permits: input.rate_limit.permits,
      perMs: input.rate_limit.per_ms,
      burst: input.rate_limit.burst ?? 1,
    },
    bulkhead: {
      maxConcurrent: input.bulkhead?.max_concurrent ?? 32,
      maxQueued: input.bulkhead?.max_queued ?? 256,
    },
  };
}

function breakerDefaults(input: NonNullable<ClassInput['breaker']>, timeoutMs: number): BreakerSettings {
  return {
    failureThreshold: input.failure_threshold ?? 5,
    failureRate: input.failure_rate ?? 0.5,
    slowCallMs: input.slow_call_ms ?? Number.POSITIVE_INFINITY,
    slowCallRate: input.slow_call_rate ?? 1,
    windowMs: input.window_ms ?? 30_000,
    minCalls: input.min_calls ?? 20,
    breakMs: input.break_ms ?? 1_000,
    maxBreakMs: input.max_break_ms ?? Math.max(60_000, input.break_ms ?? 0),
    halfOpenPermits: input.half_open_permits ?? 1,
    // A prober that is still waiting for its answer must not lose its permit.
    probeLeaseMs: timeoutMs + 1_000,
  };
}

/** The rule that a combination of settings breaks, for the integration or one of its classes; undefined when all is well. */
export function resilienceConflict(input: ResilienceInput): string | undefined {
  for (const name of [undefined, ...Object.keys(input.classes ?? {})]) {
    const conflict = conflictOf(resolveResilience(input, name));
    if (conflict !== undefined) return name === undefined ? conflict : `classes.${name}: ${conflict}`;
  }
  return undefined;
}

function conflictOf({ timeoutMs, deadlineMs, retry, breaker }: ResilienceSettings): string | undefined {
  if (timeoutMs > deadlineMs) return `timeout_ms (${timeoutMs}) must not exceed deadline_ms (${deadlineMs}).`;
  if (retry.baseMs > retry.maxMs)
    return `retry.base_ms (${retry.baseMs}) must not exceed retry.max_ms (${retry.maxMs}).`;
  if (breaker.breakMs > breaker.maxBreakMs) {
    return `breaker.break_ms (${breaker.breakMs}) must not exceed breaker.max_break_ms (${breaker.maxBreakMs}).`;
  }
  if (breaker.slowCallMs !== Number.POSITIVE_INFINITY && breaker.slowCallMs >= timeoutMs) {
    return `breaker.slow_call_ms (${breaker.slowCallMs}) must be less than timeout_ms (${timeoutMs}): a slower call is a failure.`;
  }
  return undefined;
}
