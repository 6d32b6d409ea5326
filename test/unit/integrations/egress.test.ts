import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { assertEgress } from '../../../src/integrations/egress.ts';

/** `allowed`, or the end of the refusal. */
function verdict(text: string, allowLoopback: boolean): string {
  const url = URL.parse(text);
  if (url === null) return 'not a URL';
  try {
    assertEgress(url, allowLoopback);
    return 'allowed';
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'not_allowed') throw thrown;
    return thrown.message.slice(thrown.message.lastIndexOf(': ') + 2);
  }
}

const PRIVATE = 'the address is inside a private network.';
const HTTPS_ONLY = 'only https is allowed.';

describe('addresses in test and live mode', () => {
  const providers = [
    'https://api.stripe.com/v1',
    'https://api.stripe.com:8443',
    'https://1.1.1.1',
    'https://[2606:4700::1]',
  ];
  it.each(providers)('allows %s', (url) => {
    expect([verdict(url, true), verdict(url, false)]).toEqual(['allowed', 'allowed']);
  });

  const loopback = [
    'http://127.0.0.1:12111',
    'https://127.0.0.1',
    'http://localhost:4242',
    'http://LOCALHOST',
    'http://[::1]:12111',
    'http://127.255.255.254',
    // All of these are 127.0.0.1 to the URL parser.
    'http://2130706433',
    'http://0x7f000001',
    'http://0x7f.1',
    'http://017700000001',
    'http://127.1',
    'http://127.0.0.1.',
    'http://%31%32%37.0.0.1',
    'http://①②⑦.⓪.⓪.①',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[0:0:0:0:0:0:0:1]',
  ];
  it.each(loopback)('allows %s in test mode only', (url) => {
    expect([verdict(url, true), verdict(url, false)]).toEqual(['allowed', 'loopback is for test mode only.']);
  });

  const privateAddresses = [
    'https://0.0.0.0',
    'https://0',
    'https://0.1.2.3',
    'https://10.0.0.1',
    'https://167772161',
    'https://0xa.1',
    'https://012.0.0.1',
    'https://100.64.0.1',
    'https://100.127.255.255',
    'https://169.254.169.254/latest/meta-data/',
    'https://2852039166',
    'https://0xA9FEA9FE',
    'https://172.16.0.1',
    'https://172.31.255.255',
    'https://192.0.0.192',
    'https://192.168.1.1',
    'https://3232235777',
    'https://198.18.0.1',
    'https://198.19.255.255',
    'https://224.0.0.1',
    'https://240.0.0.1',
    'https://255.255.255.255',
    'https://[::]',
    'https://[::ffff:10.0.0.1]',
    'https://[::ffff:a9fe:a9fe]',
    'https://[::ffff:0.0.0.0]',
    'https://[::127.0.0.1]',
    'https://[::10.0.0.1]',
    'https://[64:ff9b::10.0.0.1]',
    'https://[64:ff9b:1::10.0.0.1]',
    'https://[2002:7f00:1::]',
    'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
    'https://[fc00::1]',
    'https://[fd00:ec2::254]',
    'https://[fe80::1]',
    'https://[fec0::1]',
    'https://[ff02::1]',
  ];
  it.each(privateAddresses)('refuses %s', (url) => {
    expect([verdict(url, true), verdict(url, false)]).toEqual([PRIVATE, PRIVATE]);
  });

  it.each([
    'http://api.stripe.com',
    'http://10.0.0.1',
    'http://0.0.0.0:12111',
    'http://sub.localhost',
    'http://localhost.',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'ftp://api.stripe.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/plain,x',
    'ws://api.stripe.com',
  ])('speaks no other protocol: %s', (url) => {
    expect([verdict(url, true), verdict(url, false)]).toEqual([HTTPS_ONLY, HTTPS_ONLY]);
  });

  it.each(['ftp://127.0.0.1', 'ws://localhost', 'gopher://localhost'])('nor on loopback: %s', (url) => {
    expect(verdict(url, true)).toBe('only http and https are spoken.');
  });

  it.each([
    'https://user@api.stripe.com',
    'https://user:pass@api.stripe.com',
    'https://:pass@127.0.0.1',
    'https://api.stripe.com@10.0.0.1',
    'http://api.stripe.com%40x@127.0.0.1',
  ])('refuses credentials and does not repeat them: %s', (text) => {
    expect([verdict(text, true), verdict(text, false)]).toEqual(Array(2).fill('the address contains credentials.'));
    const url = new URL(text);
    expect(() => assertEgress(url, true)).toThrow(`${url.protocol}//${url.host} are refused`);
  });
});

describe('any address', () => {
  const hostile = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc
      .tuple(fc.constantFrom('http', 'https', 'ftp', 'x'), fc.ipV4Extended())
      .map(([scheme, ip]) => `${scheme}://${ip}`),
    fc.ipV6().map((ip) => `https://[${ip}]`),
    fc.tuple(fc.string(), fc.string()).map(([user, host]) => `https://${user}@${host}`),
    fc.string({ unit: 'binary' }),
  );

  it('gives a verdict and no other error', () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (text, allowLoopback) => {
        expect(verdict(text, allowLoopback)).toMatch(/\w/);
      }),
      { numRuns: 500 },
    );
  });

  it('is never allowed over http except on this machine', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        const expected = ip.startsWith('127.') ? 'allowed' : HTTPS_ONLY;
        expect(verdict(`http://${ip}`, true)).toBe(expected);
      }),
    );
  });
});
