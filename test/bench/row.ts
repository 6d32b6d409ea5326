import type { Comparison, Spread } from './statistics.ts';
import { median, ratios } from './statistics.ts';

/** One line of a table: what was measured, and whether it holds. */
export interface Row {
  what: string;
  /** Of `ours` and `peer`. */
  unit: string;
  ours: number;
  peer?: number | undefined;
  /** Ours to the peer's, pair by pair. */
  ratio?: Spread | undefined;
  /** The limit in words. */
  bar: string;
  met: boolean;
  /** What the peer is, or how ours was measured. */
  against: string;
}

/** Judged by the median of the ratios: the speed of the machine does not count. */
export function ratioRow(comparison: Comparison, unit: string, limit: number, against: string): Row {
  const ratio = ratios(comparison);
  return {
    what: comparison.what,
    unit,
    ours: median(comparison.ours),
    peer: median(comparison.peer),
    ratio,
    bar: `≤ ${limit.toFixed(2)} ×`,
    met: ratio.median <= limit,
    against,
  };
}

export interface Figure {
  what: string;
  unit: string;
  ours: number;
  peer?: number | undefined;
  limit: number;
  against: string;
}

/** Judged by the figure itself, which must not exceed the limit. */
export function figureRow({ limit, ...figure }: Figure): Row {
  return { ...figure, bar: limit === 0 ? '0' : `≤ ${limit} ${figure.unit}`, met: figure.ours <= limit };
}

export function markdownTable(rows: readonly Row[]): string {
  const head = '| what | ours | peer | ratio min / median / max | bar | met | against |\n|---|---|---|---|---|---|---|';
  return [head, ...rows.map(markdownRow)].join('\n');
}

function markdownRow({ what, unit, ours, peer, ratio, bar, met, against }: Row): string {
  const figure = (value: number | undefined) => (value === undefined ? '' : `${shortly(value)} ${unit}`);
  const spread = ratio && [ratio.min, ratio.median, ratio.max].map((value) => value.toFixed(2)).join(' / ');
  return `| ${[what, figure(ours), figure(peer), spread ?? '', bar, met ? 'yes' : '**no**', against].join(' | ')} |`;
}

function shortly(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}
