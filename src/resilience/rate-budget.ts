import type { ResponseHeaders } from './retry-after.ts';
import { parseRateLimitReset } from './retry-after.ts';

/** What a service says is left of its rate limit. */
export interface RateBudget {
  remaining: number;
  limit: number | undefined;
  /** When it is full again, in milliseconds since the epoch. */
  resetAt: number | undefined;
}

/** Undefined when the answer does not say. Understands `X-RateLimit-*`, `RateLimit-*` and Shopify's `used/limit`. */
export function parseRateBudget(headers: ResponseHeaders, now: number): RateBudget | undefined {
  const bucket = /^(\d{1,9})\/(\d{1,9})$/.exec(headers['x-shopify-shop-api-call-limit'] ?? '');
  if (bucket !== null) {
    const [used, limit] = [Number(bucket[1]), Number(bucket[2])];
    return { remaining: Math.max(0, limit - used), limit, resetAt: undefined };
  }
  const remaining = parseCount(headers['x-ratelimit-remaining'] ?? headers['ratelimit-remaining']);
  if (remaining === undefined) return undefined;
  const resetMs = parseRateLimitReset(headers, now);
  return {
    remaining,
    limit: parseCount(headers['x-ratelimit-limit'] ?? headers['ratelimit-limit']),
    resetAt: resetMs === undefined ? undefined : now + resetMs,
  };
}

function parseCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}
