import type { LookupAddress } from 'node:dns';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { guardedLookup } from '../../../src/integrations/egress.ts';

type Answer = LookupAddress[] | NodeJS.ErrnoException;
const resolver = vi.hoisted(() => ({ answers: [] as unknown[], options: [] as unknown[] }));

vi.mock('node:dns', () => ({
  lookup(_hostname: string, options: unknown, done: (error: unknown, addresses: unknown) => void) {
    resolver.options.push(options);
    const answer = resolver.answers.length > 1 ? resolver.answers.shift() : resolver.answers[0];
    if (answer instanceof Error) done(answer, []);
    else done(null, answer);
  },
}));

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });

function resolve(hostname: string, options = {}): { code: string | undefined; address?: unknown; family?: unknown } {
  const results: { code: string | undefined; address?: unknown; family?: unknown }[] = [];
  guardedLookup(hostname, options, (error, address, family) => {
    results.push(error === null ? { code: undefined, address, family } : { code: error.code });
  });
  expect(results).toHaveLength(1);
  return results[0] ?? { code: 'never called' };
}

function answer(...answers: Answer[]): void {
  resolver.answers = answers;
}

beforeEach(() => {
  resolver.options = [];
});

describe('names at the moment of connecting', () => {
  it('gives one address, or all where they are asked for', () => {
    answer([v4('1.1.1.1'), v6('2606:4700::1111')]);
    expect(resolve('api.stripe.com')).toEqual({ code: undefined, address: '1.1.1.1', family: 4 });
    expect(resolve('api.stripe.com', { all: true })).toEqual({
      code: undefined,
      address: [v4('1.1.1.1'), v6('2606:4700::1111')],
      family: undefined,
    });
  });

  it('sees every address, whatever the caller asked for', () => {
    answer([v4('1.1.1.1')]);
    resolve('api.stripe.com', { family: 4 });
    expect(resolver.options).toEqual([{ family: 4, all: true }]);
  });

  it.each([
    ['loopback', v4('127.0.0.1')],
    ['private', v4('10.1.2.3')],
    ['metadata', v4('169.254.169.254')],
    ['unspecified', v4('0.0.0.0')],
    ['loopback in IPv6', v6('::1')],
    ['mapped', v6('::ffff:169.254.169.254')],
    ['unique local', v6('fd00:ec2::254')],
  ])('refuses a name that leads to a %s address, also beside a good one', (_what, address) => {
    answer([address]);
    expect(resolve('api.stripe.com')).toEqual({ code: 'EGRESS_FORBIDDEN' });
    answer([v4('1.1.1.1'), address]);
    expect(resolve('api.stripe.com')).toEqual({ code: 'EGRESS_FORBIDDEN' });
    expect(resolve('api.stripe.com', { all: true })).toEqual({ code: 'EGRESS_FORBIDDEN' });
  });

  it('checks again at each connection: a name that is bound anew gains nothing', () => {
    answer([v4('1.1.1.1')], [v4('127.0.0.1')]);
    expect(resolve('rebound.example')).toMatchObject({ address: '1.1.1.1' });
    expect(resolve('rebound.example')).toEqual({ code: 'EGRESS_FORBIDDEN' });
  });

  it.each(['localhost.', 'sub.localhost', 'LOCALHOST.', 'localhost.example.com'])('%s is no loopback name', (name) => {
    answer([v4('127.0.0.1')]);
    expect(resolve(name)).toEqual({ code: 'EGRESS_FORBIDDEN' });
  });

  it('takes localhost for this machine and nothing else', () => {
    answer([v6('::1'), v4('127.0.0.1')]);
    expect(resolve('localhost')).toMatchObject({ address: '::1' });
    for (const elsewhere of [v4('10.0.0.1'), v4('169.254.169.254'), v4('1.1.1.1')]) {
      answer([v4('127.0.0.1'), elsewhere]);
      expect(resolve('localhost')).toEqual({ code: 'EGRESS_FORBIDDEN' });
    }
  });

  it('passes the error of the resolver on', () => {
    answer(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    expect(resolve('nowhere.example')).toEqual({ code: 'ENOTFOUND' });
  });
});
