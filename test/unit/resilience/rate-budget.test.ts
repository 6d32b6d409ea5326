import { describe, expect, it } from 'vitest';
import { Metrics } from '../../../src/resilience/metrics.ts';
import { parseRateBudget } from '../../../src/resilience/rate-budget.ts';

const NOW = 1_800_000_000_000;

describe('what is left of a rate limit', () => {
  it.each([
    [
      'SendGrid, GitHub: unix seconds',
      { 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '599', 'x-ratelimit-reset': '1800000060' },
      { limit: 600, remaining: 599, resetAt: NOW + 60_000 },
    ],
    [
      'Resend: seconds from now',
      { 'ratelimit-limit': '5', 'ratelimit-remaining': '4', 'ratelimit-reset': '1' },
      { limit: 5, remaining: 4, resetAt: NOW + 1_000 },
    ],
    [
      'Shopify: used of a bucket',
      { 'x-shopify-shop-api-call-limit': '32/40' },
      { limit: 40, remaining: 8, resetAt: undefined },
    ],
    [
      'Shopify: over the edge',
      { 'x-shopify-shop-api-call-limit': '41/40' },
      { limit: 40, remaining: 0, resetAt: undefined },
    ],
    ['only what is left', { 'x-ratelimit-remaining': '7' }, { limit: undefined, remaining: 7, resetAt: undefined }],
    ['nothing', {}, undefined],
    ['prose', { 'x-ratelimit-remaining': 'plenty', 'x-shopify-shop-api-call-limit': '1/2/3' }, undefined],
    ['a negative number', { 'x-ratelimit-remaining': '-1' }, undefined],
  ])('%s', (_what, headers, expected) => {
    expect(parseRateBudget(headers, NOW)).toEqual(expected);
  });
});

it('the latest answer and the latest error of each service are kept', () => {
  const metrics = new Metrics({ now: () => NOW });
  expect(metrics.health('api/read')).toEqual({ budget: undefined, error: undefined });
  metrics.noteAnswer('api/read', { 'x-ratelimit-remaining': '7' });
  metrics.noteAnswer('api/read', {});
  metrics.noteError('api/read', 'HTTP 401');
  expect(metrics.health('api/read')).toMatchObject({ budget: { remaining: 7 }, error: { what: 'HTTP 401', at: NOW } });
  expect(metrics.health('api/write')).toEqual({ budget: undefined, error: undefined });
});
