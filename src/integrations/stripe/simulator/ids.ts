import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);

/** Drawn in blocks: one draw for each id costs more than the rest of a small request. */
export function randomText(length: number): string {
  if (pool.length < length) pool = randomBytes(Math.max(POOL_BYTES, length));
  let text = '';
  for (const byte of pool.subarray(0, length)) text += ALPHABET[byte % ALPHABET.length];
  pool = pool.subarray(length);
  return text;
}

/** `pi_3…`: prefix and a text that nobody should read anything into. */
export function createId(prefix: string, length = 24): string {
  return `${prefix}_${randomText(length)}`;
}
