/** Response headers by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string | undefined>>;

/** Numbers above this are points in time (unix seconds), not durations. */
const UNIX_SECONDS_FROM = 1_000_000_000;

/**
 * How long the service asks us to wait, in milliseconds from `now`; undefined when it does not say. Understands `retry-after-ms`,
 * `Retry-After` as seconds and as HTTP-date (RFC 9110 §10.2.3). A time in the past is 0.
 */
export function parseRetryAfter(headers: ResponseHeaders, now: number): number | undefined {
  const exact = parseNumber(headers['retry-after-ms']);
  if (exact !== undefined) return exact;
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = parseNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  const date = parseHttpDate(value.trim());
  return date === undefined ? undefined : Math.max(0, date - now);
}

/** When the quota of a rate-limited call opens again, in milliseconds from `now`: `X-RateLimit-Reset` as a time or as seconds. */
export function parseRateLimitReset(headers: ResponseHeaders, now: number): number | undefined {
  const value = parseNumber(headers['x-ratelimit-reset'] ?? headers['ratelimit-reset']);
  if (value === undefined) return undefined;
  return value >= UNIX_SECONDS_FROM ? Math.max(0, value * 1000 - now) : value * 1000;
}

/** The three formats of RFC 9110 §5.6.7 and nothing else: `Date.parse` alone takes `-5` and `soon 1` for dates. */
const HTTP_DATE = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -](?:\d{2}|\d{4}) \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

function parseHttpDate(text: string): number | undefined {
  const date = ASCTIME_DATE.test(text) ? `${text} GMT` : text;
  const time = HTTP_DATE.test(text) || date !== text ? Date.parse(date) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d{1,15}(?:\.\d{1,9})?\s*$/.test(text)) return undefined;
  return Number(text);
}
