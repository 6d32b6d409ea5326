/** Measures of ours and of a peer's, taken in turn in one run. */
export interface Paired<T> {
  ours: T[];
  peer: T[];
}

/** One measure of ours beside a peer's. */
export interface Comparison extends Paired<number> {
  what: string;
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** Measures in turn, ours and the peer's, after one round that does not count. */
export async function inTurn<T>(ours: () => Promise<T>, peer: () => Promise<T>, rounds: number): Promise<Paired<T>> {
  const result: Paired<T> = { ours: [], peer: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const pair = [await ours(), await peer()] as const;
    if (round === 0) continue;
    result.ours.push(pair[0]);
    result.peer.push(pair[1]);
  }
  return result;
}

/** Measures any number of things in turn, after one round that does not count. */
export async function inRounds<K extends string, T = number>(
  measures: Readonly<Record<K, () => Promise<T>>>,
  rounds: number,
): Promise<Record<K, T[]>> {
  const names = Object.keys(measures) as K[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, T[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const value = await measures[name]();
      if (round > 0) results[name].push(value);
    }
  }
  return results;
}

/** As `inTurn`, for one number a round. */
export async function compare(
  what: string,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
  rounds: number,
): Promise<Comparison> {
  return { what, ...(await inTurn(ours, peer, rounds)) };
}

/** Milliseconds of the work. */
export async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Milliseconds of the work for each item, one after the other. */
export async function timesOf<T>(items: Iterable<T>, work: (item: T) => unknown): Promise<number[]> {
  const times: number[] = [];
  for (const item of items) times.push(await timed(() => work(item)));
  return times;
}

/** Milliseconds, the median of so many times. */
export async function timeOf(work: () => unknown, times: number): Promise<number> {
  return median(await timesOf(Array.from({ length: times }), work));
}

/** Does the work so often, some of it at once. */
export async function inBatches(times: number, work: (index: number) => Promise<unknown>, atOnce = 500): Promise<void> {
  for (let from = 0; from < times; from += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, times - from) }, (_, index) => work(from + index)));
  }
}

/** The value below which the given share of the values lies. */
export function percentile(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Median, least and greatest of the ratios pair by pair: drift of the machine's speed cancels out. */
export function ratios({ ours, peer }: Paired<number>): Spread {
  const pairs = ours.map((value, index) => value / (peer[index] ?? Number.NaN));
  return { median: median(pairs), min: Math.min(...pairs), max: Math.max(...pairs) };
}
