import { describe, expect, it } from 'vitest';
import type { AttemptFailure, Classification, Repeat } from '../../../src/resilience/classify.ts';
import { AttemptError, classify } from '../../../src/resilience/classify.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);

function response(status: number, headers: Record<string, string> = {}): AttemptFailure {
  return { kind: 'response', status, headers };
}

/** Which requests are repeated: `all`, those that are `safe` or carry a key, only those `with-key`, or `none`. */
type Repeated = 'all' | 'safe' | 'with-key' | 'none';
const RETRIES: Record<Repeated, Record<Repeat, boolean>> = {
  all: { safe: true, 'with-key': true, unsafe: true },
  safe: { safe: true, 'with-key': true, unsafe: false },
  'with-key': { safe: false, 'with-key': true, unsafe: false },
  none: { safe: false, 'with-key': false, unsafe: false },
};

type Row = [string, AttemptFailure, Classification['breaker'], Repeated, Classification['outcome']];

const network = (code: string, sent: boolean): AttemptFailure => ({ kind: 'network', code, sent });

const TABLE: Row[] = [
  ['302', response(302), 'success', 'none', 'executed'],
  ['400', response(400), 'success', 'none', 'not_executed'],
  ['401', response(401), 'success', 'none', 'not_executed'],
  ['402', response(402), 'success', 'none', 'not_executed'],
  ['403', response(403), 'success', 'none', 'not_executed'],
  ['403 with Retry-After', response(403, { 'retry-after': '2' }), 'success', 'all', 'not_executed'],
  ['403 with nothing left', response(403, { 'x-ratelimit-remaining': '0' }), 'success', 'all', 'not_executed'],
  ['403 with something left', response(403, { 'x-ratelimit-remaining': '1' }), 'success', 'none', 'not_executed'],
  ['404', response(404), 'success', 'none', 'not_executed'],
  ['408', response(408), 'failure', 'safe', 'unknown'],
  ['410', response(410), 'success', 'none', 'not_executed'],
  ['422', response(422), 'success', 'none', 'not_executed'],
  ['425', response(425), 'success', 'all', 'not_executed'],
  ['429', response(429), 'success', 'all', 'not_executed'],
  ['429 with Retry-After', response(429, { 'retry-after': '2' }), 'success', 'all', 'not_executed'],
  ['500', response(500), 'failure', 'safe', 'unknown'],
  ['501', response(501), 'failure', 'none', 'not_executed'],
  ['502', response(502), 'failure', 'safe', 'unknown'],
  ['503', response(503), 'failure', 'safe', 'unknown'],
  ['503 with Retry-After', response(503, { 'retry-after': '2' }), 'failure', 'all', 'not_executed'],
  ['503 with a Retry-After that says nothing', response(503, { 'retry-after': '-1' }), 'failure', 'safe', 'unknown'],
  ['504', response(504), 'failure', 'safe', 'unknown'],
  ['504 with Retry-After', response(504, { 'retry-after': '2' }), 'failure', 'safe', 'unknown'],
  ['DNS for now', network('EAI_AGAIN', false), 'failure', 'all', 'not_executed'],
  ['refused', network('ECONNREFUSED', false), 'failure', 'all', 'not_executed'],
  ['no route', network('EHOSTUNREACH', false), 'failure', 'all', 'not_executed'],
  ['TLS handshake broken off', network('ECONNRESET', false), 'failure', 'all', 'not_executed'],
  ['timeout before a connection', { kind: 'timeout', sent: false }, 'failure', 'all', 'not_executed'],
  ['unknown name', network('ENOTFOUND', false), 'ignored', 'none', 'not_executed'],
  ['expired certificate', network('CERT_HAS_EXPIRED', false), 'ignored', 'none', 'not_executed'],
  ['self-signed certificate', network('DEPTH_ZERO_SELF_SIGNED_CERT', false), 'ignored', 'none', 'not_executed'],
  ['certificate of another', network('ERR_TLS_CERT_ALTNAME_INVALID', false), 'ignored', 'none', 'not_executed'],
  ['unknown issuer', network('UNABLE_TO_VERIFY_LEAF_SIGNATURE', false), 'ignored', 'none', 'not_executed'],
  ['invalid URL', network('ERR_INVALID_URL', false), 'ignored', 'none', 'not_executed'],
  ['forbidden address', network('EGRESS_FORBIDDEN', false), 'ignored', 'none', 'not_executed'],
  ['reset after sending', network('ECONNRESET', true), 'failure', 'safe', 'unknown'],
  ['broken pipe', network('EPIPE', true), 'failure', 'safe', 'unknown'],
  ['timeout after sending', { kind: 'timeout', sent: true }, 'failure', 'safe', 'unknown'],
  ['cancelled before sending', { kind: 'cancelled', sent: false }, 'ignored', 'none', 'not_executed'],
  ['cancelled after sending', { kind: 'cancelled', sent: true }, 'ignored', 'none', 'unknown'],
];

describe('classify', () => {
  it.each(TABLE)('%s', (_, failure, breaker, repeated, outcome) => {
    for (const repeat of ['safe', 'with-key', 'unsafe'] as const) {
      const found = classify(failure, repeat, NOW);
      expect({ repeat, ...found }).toMatchObject({ repeat, breaker, outcome, retry: RETRIES[repeated][repeat] });
    }
  });

  it.each([
    ['429 in seconds', response(429, { 'retry-after': '2' }), 2_000, 2_000],
    ['429 as a date', response(429, { 'retry-after': 'Mon, 23 Nov 2026 12:00:03 GMT' }), 3_000, 3_000],
    ['429 in milliseconds', response(429, { 'retry-after': '9', 'retry-after-ms': '250' }), 250, 250],
    ['429 with a quota', response(429, { 'x-ratelimit-reset': `${NOW / 1000 + 30}` }), 30_000, 30_000],
    ['429 with both', response(429, { 'retry-after': '1', 'x-ratelimit-reset': '30' }), 1_000, 1_000],
    ['429 with neither', response(429), undefined, undefined],
    ['503', response(503, { 'retry-after': '2' }), 2_000, 2_000],
    ['503 with a quota only', response(503, { 'x-ratelimit-reset': '30' }), undefined, undefined],
    ['500: this call only', response(500, { 'retry-after': '2' }), 2_000, undefined],
    ['409: this call only', response(409, { 'retry-after': '2' }), 2_000, undefined],
    ['no response', network('ECONNRESET', true), undefined, undefined],
  ])('takes the time that the service asked for: %s', (_, failure, retryAfterMs, throttleMs) => {
    expect(classify(failure, 'safe', NOW)).toMatchObject({ retryAfterMs, throttleMs });
  });

  it.each([
    ['true turns a refusal into a repeat', response(400, { 'stripe-should-retry': 'true' }), 'safe', true],
    ['true cannot make an unsafe repeat safe', response(500, { 'stripe-should-retry': 'true' }), 'unsafe', false],
    ['false ends repeats of a failure', response(500, { 'stripe-should-retry': 'false' }), 'safe', false],
    ['false ends repeats of a conflict', response(409, { 'x-should-retry': 'false' }), 'with-key', false],
    ['false ends repeats of a limited call', response(429, { 'stripe-should-retry': 'false' }), 'safe', false],
    ['other values say nothing', response(500, { 'stripe-should-retry': 'maybe' }), 'safe', true],
  ] as const)('the service knows better: %s', (_, failure, repeat, retry) => {
    expect(classify(failure, repeat, NOW).retry).toBe(retry);
  });

  it('calls final only what the service read and refused', () => {
    const statuses = [302, 400, 401, 402, 403, 404, 408, 409, 410, 422, 425, 429, 500, 503];
    const final = statuses.filter((status) => classify(response(status), 'with-key', NOW).final);
    expect(final).toEqual([400, 402, 404, 410, 422]);
  });
});

it('an AttemptError names its kind, and holds body and cause for those who ask', () => {
  const cause = new Error('socket hang up');
  expect(new AttemptError(response(503), { error: 1 })).toMatchObject({ message: 'HTTP 503', body: { error: 1 } });
  expect(new AttemptError(network('ECONNRESET', true), undefined, cause)).toMatchObject({ message: 'network', cause });
});

it('lets only the caller wait when one object is too busy', () => {
  const headers = { 'retry-after': '2', 'stripe-rate-limited-reason': 'resource-specific' };
  const verdict = classify({ kind: 'response', status: 429, headers }, 'with-key', 0);
  expect(verdict).toMatchObject({ retry: true, retryAfterMs: 2_000, throttleMs: undefined });
  const everybody = classify({ kind: 'response', status: 429, headers: { 'retry-after': '2' } }, 'with-key', 0);
  expect(everybody).toMatchObject({ retryAfterMs: 2_000, throttleMs: 2_000 });
});

it('does not know what became of the other request that a 409 speaks of', () => {
  const conflict = response(409);
  expect(classify(conflict, 'with-key', NOW)).toMatchObject({ breaker: 'success', retry: true, outcome: 'unknown' });
  for (const repeat of ['safe', 'unsafe'] as const) {
    expect(classify(conflict, repeat, NOW)).toMatchObject({
      breaker: 'success',
      retry: false,
      outcome: 'not_executed',
    });
  }
});

describe('403 as a throttle', () => {
  it('makes everybody wait as long as 429 does', () => {
    const reset = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 30) };
    expect(classify(response(403, reset), 'safe', NOW)).toMatchObject({ retryAfterMs: 30_000, throttleMs: 30_000 });
    expect(classify(response(403, { 'retry-after': '2' }), 'safe', NOW)).toMatchObject({ throttleMs: 2_000 });
    expect(classify(response(403), 'safe', NOW)).toMatchObject({ retryAfterMs: undefined, throttleMs: undefined });
  });
});
