import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inFolder } from '../folder.ts';
import type { Limit, Row } from '../row.ts';
import { ratioRow } from '../row.ts';
import { median } from '../statistics.ts';

const ROUNDS = 9;
/** What costs the same in a large table as in a small one does so but for the depth of its indexes and the noise of the disk. */
export const CONSTANT = 2;

/** Something filled to one size. */
export interface Filled<S extends string> {
  /** What each operation takes now, in the unit of the plan. */
  measure(): Promise<Record<S, number>>;
  close(): Promise<void>;
}

export interface GrowthPlan<S extends string> {
  title: string;
  /** What there is more and more of. */
  of: string;
  unit: 'ms' | 'µs';
  /** Ascending. */
  sizes: readonly number[];
  fill(folder: string, size: number): Promise<Filled<S>>;
  rounds?: number;
  /** Names of the lines, in the order of the legend. */
  names: Readonly<Record<S, string>>;
  judged: readonly Judged<S>[];
}

interface Judged<S extends string> {
  what: string;
  series: S;
  /** The size that the last one is compared with; by default the first. */
  from?: number;
  /** Of the last size's time to that one's, given how many times as many there are. */
  limit: (factor: number) => Limit;
}

/** Fills all sizes, then measures them in turn: what the machine does meanwhile meets each of them alike. */
export function measureGrowth<S extends string>(plan: GrowthPlan<S>): Promise<Row[]> {
  return inFolder(async (folder) => {
    const filled: Filled<S>[] = [];
    try {
      for (const size of plan.sizes) {
        const own = join(folder, String(size));
        mkdirSync(own);
        filled.push(await plan.fill(own, size));
      }
      const measured = await inTurns(filled, plan.rounds ?? ROUNDS);
      return rowsOf(plan, new Map(plan.sizes.map((size, index) => [size, measured[index] ?? []])));
    } finally {
      for (const each of filled) await each.close();
    }
  });
}

/** The figures of each, one record a round. */
async function inTurns<S extends string>(filled: readonly Filled<S>[], rounds: number): Promise<Record<S, number>[][]> {
  const results = filled.map((): Record<S, number>[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, each] of filled.entries()) {
      const figures = await each.measure();
      if (round > 0) results[index]?.push(figures);
    }
  }
  return results;
}

function rowsOf<S extends string>(plan: GrowthPlan<S>, measured: ReadonlyMap<number, Record<S, number>[]>): Row[] {
  const { sizes, unit, of } = plan;
  const last = sizes.at(-1) ?? 0;
  const at = (size: number, name: S) => (measured.get(size) ?? []).map((figures) => figures[name]);
  const rows = plan.judged.map(({ what, series, from = sizes[0] ?? 0, limit }) => {
    const comparison = {
      what: `${what}, ${numeral(from)} → ${numeral(last)} ${of}`,
      ours: at(last, series),
      peer: at(from, series),
    };
    const against = `the same with ${numeral(from)}: ${numeral(last / from)} times as many`;
    return ratioRow(comparison, unit, limit(last / from), against);
  });
  const series = (Object.keys(plan.names) as S[]).map((name) => ({
    name: plan.names[name],
    points: sizes.map((size): [number, number] => [size, median(at(size, name))]),
  }));
  const [first, ...rest] = rows;
  return first === undefined ? [] : [{ ...first, plot: { title: plan.title, x: of, y: unit, series } }, ...rest];
}

function numeral(value: number): string {
  return value.toLocaleString('en-US');
}
