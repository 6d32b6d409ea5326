import type { Row, Sql } from '../storage/connection.ts';

/** What a search looks for by meaning. */
export interface SemanticQuery {
  model: string;
  /** Of length 1. */
  vector: Float32Array;
}

/** Compared exactly, newest first: about 50 ms at 768 dimensions. */
const MAX_COMPARED = 20_000;
const CHUNK = 1000;
const MAX_NEAREST = 50;
/** Below it two texts have little to do with each other, whatever the model. */
const MIN_COSINE = 0.4;

/** Scales to length 1, so that a product is the cosine. */
export function toUnitVector(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => (length > 0 ? value / length : 0));
}

export function encodeVector(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** The memories nearest in meaning among those that `filter` (its parameters beside it) lets pass, best first, with their cosines. */
export function nearestMemories(
  sql: Sql,
  filter: string,
  parameters: Row,
  { model, vector }: SemanticQuery,
): Map<number, number> {
  const statement = `
    SELECT memory.seq, memory_vector.vector
    ${filter} AND memory.seq < :below ORDER BY memory_fts.rowid DESC LIMIT ${CHUNK}`;
  const found: { seq: number; cosine: number }[] = [];
  let below = Number.MAX_SAFE_INTEGER;
  for (let compared = 0; compared < MAX_COMPARED; compared += CHUNK) {
    const rows = sql.all<{ seq: number; vector: Buffer }>(statement, { ...parameters, model, below });
    for (const row of rows) {
      const cosine = product(vector, row.vector);
      if (cosine >= MIN_COSINE) found.push({ seq: row.seq, cosine });
    }
    if (rows.length < CHUNK) break;
    below = rows.at(-1)?.seq ?? 0;
  }
  const nearest = found.sort((a, b) => b.cosine - a.cosine).slice(0, MAX_NEAREST);
  return new Map(nearest.map(({ seq, cosine }) => [seq, cosine]));
}

/** 0 for vectors of different lengths. */
function product(vector: Float32Array, bytes: Buffer): number {
  if (bytes.length !== vector.byteLength) return 0;
  // A blob may begin at any address; a Float32Array may not.
  const other = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let sum = 0;
  for (let index = 0; index < vector.length; index += 1) sum += (vector[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
