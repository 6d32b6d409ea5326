import { BlockList, isIP } from 'node:net';
import { AppError } from './errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** BlockList compares IPv4-mapped IPv6 addresses with its IPv4 rules by itself. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** `localhost` counts, whatever a resolver makes of it. */
export function isLoopbackUrl({ hostname }: URL): boolean {
  return hostname === 'localhost' || isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''));
}

/**
 * An http address on this machine, as given in `argument`. Throws `invalid_input` for a text that is none, `not_allowed` for one that
 * leads elsewhere or carries credentials.
 */
export function parseLoopbackUrl(text: string, argument: string): URL {
  const hint = 'Give an address on this machine, for instance http://127.0.0.1:3000/webhooks.';
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'http:') {
    throw new AppError('invalid_input', `${argument} is not an http address.`, { hint });
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('not_allowed', `${argument} holds credentials. Nothing was sent.`, { hint });
  }
  if (isLoopbackUrl(url)) return url;
  throw new AppError('not_allowed', `${argument} leads away from this machine. Nothing was sent.`, { hint });
}
