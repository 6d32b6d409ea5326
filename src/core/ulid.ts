import { randomBytes } from 'node:crypto';

/** Crockford's base 32, in which order of text is order of value: https://github.com/ulid/spec */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 26;

/** Makes ULIDs: 48 bits of milliseconds, 80 random bits. Each is greater than the one before, also when the clock stands still or goes back. */
export class UlidSource {
  #last = 0n;

  next(nowMs: number): string {
    const fresh = (BigInt(nowMs) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`);
    this.#last = fresh > this.#last ? fresh : this.#last + 1n;
    return encode(this.#last);
  }
}

function encode(value: bigint): string {
  let text = '';
  for (let rest = value; text.length < LENGTH; rest >>= 5n) text = ALPHABET.charAt(Number(rest & 31n)) + text;
  return text;
}

export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

/** A ULID of time 0 that is always the same for the same digest of at least 10 bytes. */
export function derivedUlid(digest: Buffer): string {
  return encode(BigInt(`0x${digest.toString('hex', 0, 10)}`));
}
