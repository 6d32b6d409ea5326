import type { Comparison, Spread } from './statistics.ts';
import { median, ratios } from './statistics.ts';

/** One line of a table: what was measured, and whether it holds. */
export interface Row {
  what: string;
  /** Of `ours` and `peer`. */
  unit: string;
  ours: number;
  peer?: number | undefined;
  /** Ours to the peer's, round by round. */
  ratio?: Spread | undefined;
  /** The limit in words; empty where the peer is only shown beside ours. */
  bar: string;
  /** Undefined without a limit. */
  met?: boolean | undefined;
  /** What the peer is, or how ours was measured. */
  against: string;
  /** How it grows, where that was measured. */
  plot?: Plot | undefined;
}

/** Lines over the same axis; both axes are logarithmic. */
export interface Plot {
  title: string;
  x: string;
  y: string;
  series: { name: string; points: [x: number, y: number][] }[];
}

/** A figure must be at most that number, or at least; undefined judges nothing. */
export type Limit = number | { atLeast: number } | undefined;

function judge(figure: number, limit: Limit, unit: string): Pick<Row, 'bar' | 'met'> {
  if (limit === undefined) return { bar: '' };
  if (typeof limit === 'object') return { bar: `≥ ${limit.atLeast} ${unit}`, met: figure >= limit.atLeast };
  return { bar: limit === 0 ? '0' : `≤ ${limit} ${unit}`, met: figure <= limit };
}

/** Judged by the median of the ratios: the speed of the machine does not count. */
export function ratioRow(comparison: Comparison, unit: string, limit: Limit, against: string): Row {
  const ratio = ratios(comparison);
  return { ...medians(comparison, unit), ratio, ...judge(ratio.median, rounded(limit), '×'), against };
}

/** Judged by the median of what ours takes more than the peer, round by round. */
export function differenceRow(comparison: Comparison, unit: string, limit: number, against: string): Row {
  const more = median(comparison.ours.map((value, index) => value - (comparison.peer[index] ?? Number.NaN)));
  const bar = `≤ peer + ${limit} ${unit}`;
  return { ...medians(comparison, unit), ratio: ratios(comparison), bar, met: more <= limit, against };
}

function medians({ what, ours, peer }: Comparison, unit: string) {
  return { what, unit, ours: median(ours), peer: median(peer) };
}

/** Some limits are quotients of figures. */
function rounded(limit: Limit): Limit {
  return typeof limit === 'number' ? Number(limit.toFixed(2)) : limit;
}

export interface Figure {
  what: string;
  unit: string;
  ours: number;
  peer?: number | undefined;
  limit: Limit;
  against: string;
  plot?: Plot | undefined;
}

/** Judged by the figure itself. */
export function figureRow({ limit, ...figure }: Figure): Row {
  return { ...figure, ...judge(figure.ours, limit, figure.unit) };
}

export function markdownTable(rows: readonly Row[]): string {
  const head = '| what | ours | peer | ratio min / median / max | bar | met | against |\n|---|---|---|---|---|---|---|';
  return [head, ...rows.map(markdownRow)].join('\n');
}

function markdownRow({ what, unit, ours, peer, ratio, bar, met, against }: Row): string {
  const figure = (value: number | undefined) => (value === undefined ? '' : `${shortly(value)} ${unit}`);
  const spread = ratio && [ratio.min, ratio.median, ratio.max].map((value) => value.toFixed(2)).join(' / ');
  return `| ${[what, figure(ours), figure(peer), spread ?? '', bar, verdict(met), against].join(' | ')} |`;
}

function verdict(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'yes' : '**no**';
}

function shortly(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}
