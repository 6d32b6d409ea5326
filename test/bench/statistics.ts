/** One measure of ours beside a peer's, taken in turn in one run. */
export interface Comparison {
  what: string;
  ours: number[];
  peer: number[];
}

/** Measures in turn, ours and the peer's, after one round that does not count. */
export async function compare(
  what: string,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
  rounds: number,
): Promise<Comparison> {
  const result: Comparison = { what, ours: [], peer: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const pair = [await ours(), await peer()] as const;
    if (round === 0) continue;
    result.ours.push(pair[0]);
    result.peer.push(pair[1]);
  }
  return result;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Median, least and greatest of the ratios pair by pair: drift of the machine's speed cancels out. */
export function ratios({ ours, peer }: Comparison): { median: number; min: number; max: number } {
  const pairs = ours.map((value, index) => value / (peer[index] ?? Number.NaN));
  return { median: median(pairs), min: Math.min(...pairs), max: Math.max(...pairs) };
}
