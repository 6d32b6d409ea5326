/**
 * The terms of a document as 32-bit hashes, four bytes each, little-endian, in order: what the ranking needs to count terms and to
 * measure distances, at a fraction of the size and time of the terms themselves.
 */
export function encodeTerms(terms: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(terms.length * 4);
  let end = 0;
  for (const term of terms) end = bytes.writeUInt32LE(hashTerm(term), end);
  return bytes;
}

export function termCount(bytes: Buffer): number {
  return bytes.length / 4;
}

export function hashAt(bytes: Buffer, position: number): number {
  return bytes.readUInt32LE(position * 4);
}

/** FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hashTerm(term: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < term.length; index += 1) hash = Math.imul(hash ^ term.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
