import * as z from 'zod';
import type { BreakerStatus } from '../resilience/breakers.ts';

/** A breaker as tools and resources show it. `local` is of the answering process; everything else is the same from every process. */
export const breakerView = z.object({
  breaker: z.string(),
  state: z.enum(['closed', 'open', 'half_open', 'forced_open', 'forced_closed']),
  /** Absent while nothing ever happened to it. */
  since: z.string().optional(),
  failures: z.int(),
  opens: z.int(),
  retry_after_ms: z.int().optional(),
  forced: z.object({ owner: z.string(), reason: z.string(), until: z.string().nullable() }).optional(),
  probes: z.array(z.object({ owner: z.string(), until: z.string() })),
  throttled_until: z.string().optional(),
  last_error: z.string().optional(),
  transitions: z.array(z.object({ from: z.string(), to: z.string(), at: z.string(), reason: z.string().nullable() })),
  local: z.object({
    running: z.int(),
    queued: z.int(),
    retry_tokens: z.int(),
    window: z.object({ calls: z.int(), failures: z.int(), slow: z.int() }),
  }),
});

export function describeBreaker(status: BreakerStatus): z.input<typeof breakerView> {
  const { forced, local } = status;
  return {
    breaker: status.key,
    state: status.state,
    since: status.since === undefined ? undefined : iso(status.since),
    failures: status.failures,
    opens: status.opens,
    retry_after_ms: status.retryAfterMs,
    forced: forced && { ...forced, until: forced.until === null ? null : iso(forced.until) },
    probes: status.probes.map(({ owner, until }) => ({ owner, until: iso(until) })),
    throttled_until: status.throttledUntil === undefined ? undefined : iso(status.throttledUntil),
    last_error: status.lastError,
    transitions: status.transitions.map(({ from, to, at, reason }) => ({ from, to, at: iso(at), reason })),
    local: {
      running: local.running,
      queued: local.queued,
      retry_tokens: local.retryTokens,
      window: local.window,
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
