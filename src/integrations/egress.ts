import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { AppError } from '../core/errors.ts';
import { isLoopbackAddress, isLoopbackUrl } from '../core/loopback.ts';

/**
 * Addresses no public service has: private, link-local (cloud metadata among them), shared, reserved, multicast, and the IPv6 forms that
 * carry an IPv4 address inside (compatible, NAT64, 6to4, Teredo): https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const forbidden = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  forbidden.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  forbidden.addSubnet(network, prefix, 'ipv6');
}

function isForbidden(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && forbidden.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Throws `not_allowed` for an address that no request may go to: anything but https, except http on loopback in test mode; addresses
 * inside private networks; credentials in the URL.
 */
export function assertEgress(url: URL, allowLoopback: boolean): void {
  const deny = (why: string) => {
    throw new AppError('not_allowed', `Requests to ${url.protocol}//${url.host} are refused: ${why}.`, {
      hint: 'Use the https address of the service, or a loopback address with mode "test".',
    });
  };
  if (url.username !== '' || url.password !== '') deny('the address contains credentials');
  if (isLoopbackUrl(url)) {
    if (!allowLoopback) deny('loopback is for test mode only');
    if (url.protocol !== 'http:' && url.protocol !== 'https:') deny('only http and https are spoken');
    return;
  }
  if (url.protocol !== 'https:') deny('only https is allowed');
  if (isForbidden(url.hostname.replace(/^\[|\]$/g, ''))) deny('the address is inside a private network');
}

/** `localhost` is this machine, whatever a resolver says; every other name is elsewhere. */
function mayBe(hostname: string, address: string): boolean {
  return hostname === 'localhost' ? isLoopbackAddress(address) : !isForbidden(address);
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address?: string | LookupAddress[],
  family?: number,
) => void;

/** Resolves names as usual and refuses the forbidden addresses at the moment of connecting, so that rebinding a name does not help. */
export function guardedLookup(hostname: string, options: LookupOptions, done: LookupCallback): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error);
    if (!addresses.every(({ address }) => mayBe(hostname, address))) {
      return done(Object.assign(new Error('Address inside a private network'), { code: 'EGRESS_FORBIDDEN' }));
    }
    if (options.all) return done(null, addresses);
    const [first] = addresses;
    done(null, first?.address, first?.family);
  });
}
