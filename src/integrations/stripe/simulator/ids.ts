import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function randomText(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += ALPHABET[byte % ALPHABET.length];
  return text;
}

/** `pi_3…`: prefix and a text that nobody should read anything into. */
export function createId(prefix: string, length = 24): string {
  return `${prefix}_${randomText(length)}`;
}
