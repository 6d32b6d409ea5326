import * as z from 'zod';
import type { BreakerSettings } from './breaker-state.ts';
import type { RateSettings } from './outcome-window.ts';
import { MAX_DEADLINE_MS } from './patience.ts';
import type { RateLimit } from './rate-limit.ts';

const milliseconds = (max: number, min = 1) => z.int().min(min).max(max).optional();
const count = (max: number, min = 1) => z.int().min(min).max(max).optional();
const share = z.number().gt(0).max(1).optional();

// The names inside speak for themselves, and every word here is paid for whenever the tools are listed: docs/resilience.md explains them.
const shape = {
  timeout_ms: milliseconds(MAX_DEADLINE_MS, 100).describe('Time limit of one attempt (default 10000)'),
  deadline_ms: milliseconds(MAX_DEADLINE_MS, 100).describe(
    'Time limit of a call with retries and waits (default 30000)',
  ),
  retry: z
    .strictObject({ max_attempts: count(3), base_ms: milliseconds(10_000), max_ms: milliseconds(30_000) })
    .optional()
    .describe('Full jitter, only of calls that are safe to repeat (default 3 attempts, 250, 5000)'),
  breaker: z
    .strictObject({
      failure_threshold: count(1000),
      failure_rate: share,
      slow_call_ms: milliseconds(MAX_DEADLINE_MS),
      slow_call_rate: share,
      window_ms: milliseconds(600_000, 100),
      min_calls: count(10_000),
      break_ms: milliseconds(600_000, 10),
      max_break_ms: milliseconds(3_600_000, 10),
      half_open_permits: count(100),
    })
    .optional()
    .describe(
      'Opens after 5 failures in a row or half of 20 calls in 30 s; breaks 1 s, doubling to 60 s; shared by all processes',
    ),
  rate_limit: z
    .strictObject({
      permits: z.int().min(1).max(1_000_000),
      per_ms: z.int().min(1).max(86_400_000),
      burst: count(100_000),
    })
    .optional()
    .describe('Calls per time, shared by all processes (default none)'),
  bulkhead: z
    .strictObject({ max_concurrent: count(1000), max_queued: count(10_000, 0) })
    .optional()
    .describe('Calls of one process (default 32 at once, 256 waiting)'),
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
  breaker: BreakerSettings & RateSettings;
  rateLimit: RateLimit | undefined;
  bulkhead: { maxConcurrent: number; maxQueued: number };
}

/** The settings of one endpoint class, or of the integration where no class is given. */
export function resolveResilience(input: ResilienceInput, endpointClass?: string): ResilienceSettings {
  const { classes, ...base } = input;
  const special = endpointClass === undefined ? undefined : classes?.[endpointClass];
  return special === undefined ? withDefaults(base) : withDefaults(merge(base, special));
}

/** Changed settings over saved ones, field by field. */
export function mergeResilience(saved: ResilienceInput, changed: ResilienceInput): ResilienceInput {
  const classes =
    saved.classes === undefined && changed.classes === undefined
      ? {}
      : { classes: { ...saved.classes, ...changed.classes } };
  return { ...merge(saved, changed), ...classes };
}

/** The special settings win field by field, also inside retry, breaker, … */
function merge(base: ClassInput, special: ClassInput): ClassInput {
  return {
    ...base,
    ...special,
    ...nested('retry', base, special),
    ...nested('breaker', base, special),
    ...nested('bulkhead', base, special),
  };
}

function nested(name: 'retry' | 'breaker' | 'bulkhead', base: ClassInput, special: ClassInput): ClassInput {
  if (base[name] === undefined && special[name] === undefined) return {};
  return { [name]: { ...base[name], ...special[name] } };
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

function breakerDefaults(input: NonNullable<ClassInput['breaker']>, timeoutMs: number): BreakerSettings & RateSettings {
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
