import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Area } from './areas.ts';
import { drawPlot } from './plot.ts';
import type { Measured, Report } from './report.ts';
import type { Row } from './row.ts';
import { markdownTable } from './row.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');
const PLOTS = join(DOCS, 'performance');
/** What the page is made of. */
export const MEASURED = join(PLOTS, 'measured.json');

type Areas = Readonly<Record<string, Pick<Area, 'title' | 'about'> & { measurements: object }>>;

/** A measurement that was taken, by name. */
type Taken = [name: string, measured: Measured];

interface Section {
  key: string;
  title: string;
  about: string;
  taken: Taken[];
}

export interface Page {
  text: string;
  /** SVG by file name. */
  plots: ReadonlyMap<string, string>;
}

/** Writes docs/performance.md and its plots, in place of the earlier ones. */
export function writePage(report: Report, areas: Areas): void {
  const { text, plots } = renderPage(report, areas);
  for (const file of readdirSync(PLOTS)) if (file.endsWith('.svg')) rmSync(join(PLOTS, file));
  for (const [file, svg] of plots) writeFileSync(join(PLOTS, file), svg);
  const head = readFileSync(join(import.meta.dirname, 'page-head.md'), 'utf8').trim();
  writeFileSync(join(DOCS, 'performance.md'), `${head}\n\n${text}\n`);
}

/** What follows the head: the bars that are not met, then each area that was measured, in the order of the areas. */
export function renderPage(report: Report, areas: Areas): Page {
  const sections = Object.entries(areas)
    .map(([key, { title, about, measurements }]): Section => {
      const taken = Object.keys(measurements).flatMap((name): Taken[] => {
        const measured = report[key]?.[name];
        return measured === undefined ? [] : [[name, measured]];
      });
      return { key, title, about, taken };
    })
    .filter(({ taken }) => taken.length > 0);
  const plots = new Map(sections.flatMap(plotsOf));
  return { text: [verdicts(sections), ...sections.map(sectionText)].join('\n\n'), plots };
}

function rowsOf({ taken }: Section): Row[] {
  return taken.flatMap(([, { rows }]) => rows);
}

function verdicts(sections: readonly Section[]): string {
  const judged = sections.flatMap((section) => rowsOf(section).map((row) => ({ ...row, area: section.title })));
  const met = judged.filter((row) => row.met === true).length;
  const missed = judged.filter((row) => row.met === false);
  const said = `${met} of ${met + missed.length} bars are met.`;
  if (missed.length === 0) return said;
  const table = markdownTable(missed.map((row) => ({ ...row, what: `${row.area}: ${row.what}` })));
  return `${said} These are not:\n\n${table}`;
}

function plotsOf({ key, taken }: Section): [file: string, svg: string][] {
  return taken.flatMap(([name, { rows }]) =>
    rows.flatMap(({ plot }): [string, string][] => (plot === undefined ? [] : [[plotFile(key, name), drawPlot(plot)]])),
  );
}

function plotFile(area: string, measurement: string): string {
  return `${area}-${measurement}.svg`;
}

function sectionText(section: Section): string {
  const { key, title, about, taken } = section;
  const pictures = taken.flatMap(([name, { rows }]) =>
    rows.flatMap(({ plot }) => (plot === undefined ? [] : [`![${plot.title}](performance/${plotFile(key, name)})`])),
  );
  const machines = new Set(
    taken.map(([, { machine }]) => `${machine.cores} cores (${machine.cpu}), Node ${machine.node}`),
  );
  const times = taken.map(
    ([name, { at, machine }]) => `${name} ${at.slice(0, 16).replace('T', ' ')} (load ${machine.load})`,
  );
  const origin = `\`npm run bench -- ${key}\` on ${[...machines].join('; ')}. Taken, UTC: ${times.join(', ')}.`;
  return [`## ${title}`, about, markdownTable(rowsOf(section)), ...pictures, origin].join('\n\n');
}
