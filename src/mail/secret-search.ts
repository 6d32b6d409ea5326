import { setImmediate } from 'node:timers/promises';

/** Characters searched at once; other calls get their turn in between. */
const WINDOW = 250_000;
/** Windows share as much, in characters: more than any known shape of a secret is long, and its base64. */
const OVERLAP = 16_000;
/** Shorter runs of base64 hold no secret. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{20,}/g;

/**
 * Whether a file holds a secret as `mask` knows them, in UTF-8 or UTF-16 or as base64 of it. What is compressed or encrypted cannot be
 * seen.
 */
export async function holdsSecret(bytes: Buffer, mask: (text: string) => string): Promise<boolean> {
  for (const text of readings(bytes)) {
    for (let start = 0; start === 0 || start + OVERLAP < text.length; start += WINDOW - OVERLAP) {
      const window = text.slice(start, start + WINDOW);
      if (mask(window) !== window || masksBase64(window, mask)) return true;
      await setImmediate();
    }
  }
  return false;
}

/** The texts that a file can be read as. Without its null bytes the ASCII of UTF-16 is that of UTF-8, but letters of other scripts may touch it. */
function* readings(bytes: Buffer): Iterable<string> {
  yield bytes.toString('utf8').replaceAll('\0', '');
  if (!bytes.includes(0)) return;
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  yield even.toString('utf16le');
  yield Buffer.from(even).swap16().toString('utf16le');
}

/** Lines are joined first, so a run may begin with other words: it is decoded from each of the four places where a group can begin. */
function masksBase64(text: string, mask: (text: string) => string): boolean {
  const runs = text.replace(/\s+/g, '').match(BASE64_RUN) ?? [];
  return [0, 1, 2, 3].some((offset) => {
    const decoded = runs.map((run) => Buffer.from(run.slice(offset), 'base64').toString('utf8')).join('\n');
    return mask(decoded) !== decoded;
  });
}
