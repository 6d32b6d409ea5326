import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseRateLimitReset, parseRetryAfter } from '../../../src/resilience/retry-after.ts';

/** Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 §5.6.7. */
const RFC_TIME = Date.UTC(1994, 10, 6, 8, 49, 37);

// HTTP dates are in GMT wherever we are.
beforeAll(() => void vi.stubEnv('TZ', 'America/New_York'));
afterAll(() => void vi.unstubAllEnvs());

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['2', 2_000],
    [' 120 ', 120_000],
    ['1.5', 1_500],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 5_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 5_000],
    ['Sun Nov  6 08:49:37 1994', 5_000],
    ['Sun, 06 Nov 1994 08:49:30 GMT', 0],
  ])('understands %j', (value, expected) => {
    expect(parseRetryAfter({ 'retry-after': value }, RFC_TIME - 5_000)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    '-1',
    '-5',
    '+5',
    '1e3',
    '0x10',
    '5s',
    'soon',
    'soon 1',
    'May 5',
    '1,5',
    'NaN',
    'Infinity',
  ])('takes %j for nothing', (value) => {
    expect(parseRetryAfter({ 'retry-after': value }, 0)).toBeUndefined();
  });

  it.each([
    'Sun, 99 Nov 1994 08:49:37 GMT',
    'Abc, 06 Xyz 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 CET',
  ])('takes the impossible date %j for nothing', (value) => {
    expect(parseRetryAfter({ 'retry-after': value }, 0)).toBeUndefined();
  });

  it('prefers milliseconds, unless they make no sense', () => {
    expect(parseRetryAfter({ 'retry-after-ms': '37', 'retry-after': '2' }, 0)).toBe(37);
    expect(parseRetryAfter({ 'retry-after-ms': 'x', 'retry-after': '2' }, 0)).toBe(2_000);
    expect(parseRetryAfter({}, 0)).toBeUndefined();
  });

  it('reads every date it is given back, to the second', () => {
    const date = fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.nat(2e12), (at, now) => {
        const second = Math.floor(at.getTime() / 1_000) * 1_000;
        expect(parseRetryAfter({ 'retry-after': at.toUTCString() }, now)).toBe(Math.max(0, second - now));
      }),
    );
  });

  it('never throws and never answers with anything but undefined or a finite time from 0', () => {
    const alphabet = fc.string({ unit: fc.constantFrom(...'0123456789.-+eE, :GMTSunNovJan'), maxLength: 35 });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      alphabet,
      fc.double().map(String),
      fc.maxSafeInteger().map(String),
    );
    fc.assert(
      fc.property(text, text, fc.nat(2e12), (value, milliseconds, now) => {
        const headers = { 'retry-after': value, 'retry-after-ms': milliseconds, 'x-ratelimit-reset': value };
        for (const found of [parseRetryAfter(headers, now), parseRateLimitReset(headers, now)]) {
          expect(found === undefined || (Number.isFinite(found) && found >= 0)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('parseRateLimitReset', () => {
  const now = 1_800_000_000_000;

  it.each([
    [{ 'x-ratelimit-reset': '1800000060' }, 60_000],
    [{ 'x-ratelimit-reset': '1799999000' }, 0],
    [{ 'x-ratelimit-reset': '60' }, 60_000],
    [{ 'ratelimit-reset': '7' }, 7_000],
    [{ 'x-ratelimit-reset': '5', 'ratelimit-reset': '7' }, 5_000],
    [{ 'x-ratelimit-reset': 'tomorrow' }, undefined],
    [{}, undefined],
  ])('understands %j', (headers, expected) => {
    expect(parseRateLimitReset(headers, now)).toBe(expected);
  });
});
