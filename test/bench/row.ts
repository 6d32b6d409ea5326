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

/**
 * What a figure must be: at most a number, at least one, or at most what a pair of figures makes as a ratio: the limit of ours, and the peer
 * on the machine where the limit was set. Undefined judges nothing.
 */
export type Limit = number | { atLeast: number } | { ours: number; peer: number } | undefined;

function judge(figure: number, limit: Limit, unit: string): Pick<Row, 'bar' | 'met'> {
  if (limit === undefined) return { bar: '' };
  if (typeof limit === 'number') {
    return { bar: limit === 0 ? '0' : `≤ ${plainly(limit)} ${unit}`, met: figure <= limit };
  }
  return 'atLeast' in limit
    ? { bar: `≥ ${limit.atLeast} ${unit}`, met: figure >= limit.atLeast }
    : { bar: `≤ ${plainly(limit.ours / limit.peer)} ${unit}`, met: figure <= limit.ours / limit.peer };
}

/** Judged by the median of the ratios: the speed of the machine does not count. */
export function ratioRow(comparison: Comparison, unit: string, limit: Limit, against: string): Row {
  const ratio = ratios(comparison);
  const { bar, met } = judge(ratio.median, limit, '×');
  const origin = typeof limit === 'object' && 'ours' in limit ? ` (${limit.ours} of ${limit.peer} ${unit})` : '';
  return { ...medians(comparison, unit), ratio, bar: bar + origin, met, against };
}

/** Judged by the median of what ours takes more than the peer, round by round. */
export function differenceRow(comparison: Comparison, unit: string, limit: number, against: string): Row {
  const more = median(comparison.ours.map((value, index) => value - (comparison.peer[index] ?? Number.NaN)));
  const bar = `≤ peer + ${limit} ${unit}`;
  return { ...medians(comparison, unit), ratio: ratios(comparison), bar, met: more <= limit, against };
}

function medians({ what, ours, peer }: Comparison, unit: string) {
  if (ours.length === 0 || ours.length !== peer.length) throw new Error(`${what}: nothing was measured`);
  return { what, unit, ours: median(ours), peer: median(peer) };
}

export interface Figure {
  what: string;
  unit: string;
  ours: number;
  peer?: number | undefined;
  limit: Limit;
  against: string;
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
  const figure = (value: number | undefined) => (value === undefined ? '' : `${plainly(value)} ${unit}`);
  return `| ${[what, figure(ours), figure(peer), spread(ratio), bar, verdict(met), against].join(' | ')} |`;
}

function spread(ratio: Spread | undefined): string {
  return ratio === undefined ? '' : [ratio.min, ratio.median, ratio.max].map(plainly).join(' / ');
}

function verdict(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'yes' : '**no**';
}

/** Three digits that say something, and whole numbers whole. */
export function plainly(value: number): string {
  if (!Number.isFinite(value)) return 'never';
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}
