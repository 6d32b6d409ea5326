import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Area } from './areas.ts';
import { areas } from './areas.ts';
import { drawPlot } from './plot.ts';
import type { Measured } from './report.ts';
import { readReport } from './report.ts';
import type { Row } from './row.ts';
import { markdownTable } from './row.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');
const PLOTS = join(DOCS, 'performance');
/** What the page is made of. */
export const MEASURED = join(PLOTS, 'measured.json');

/** Measurements of one area, in the order of the page. */
type Taken = [name: string, measured: Measured][];

/** Writes docs/performance.md and its plots from the results in a file. */
export function writePage(path: string): void {
  const report = readReport(path);
  const sections = Object.entries(areas).flatMap(([key, area]): [string, Area, Taken][] => {
    const taken = Object.keys(area.measurements).flatMap((name): Taken => {
      const found = report[key]?.[name];
      return found === undefined ? [] : [[name, found]];
    });
    return taken.length === 0 ? [] : [[key, area, taken]];
  });
  for (const file of readdirSync(PLOTS)) if (file.endsWith('.svg')) rmSync(join(PLOTS, file));
  const summary = verdicts(sections.flatMap(([key, , taken]) => rowsOf(taken).map((row): [string, Row] => [key, row])));
  const text = [head(), summary, ...sections.map((section) => sectionText(...section))];
  writeFileSync(join(DOCS, 'performance.md'), `${text.join('\n\n')}\n`);
}

function rowsOf(taken: Taken): Row[] {
  return taken.flatMap(([, { rows }]) => rows);
}

function verdicts(rows: readonly [area: string, row: Row][]): string {
  const judged = rows.filter(([, { met }]) => met !== undefined);
  const missed = judged.filter(([, { met }]) => met === false);
  const said = `${judged.length - missed.length} of ${judged.length} bars are met.`;
  if (missed.length === 0) return said;
  return [
    `${said} Not met:`,
    markdownTable(missed.map(([area, row]) => ({ ...row, what: `${area}: ${row.what}` }))),
  ].join('\n\n');
}

function sectionText(key: string, { title, about }: Area, taken: Taken): string {
  const plots = taken.flatMap(([name, { rows }]) =>
    rows.flatMap(({ plot }) => {
      if (plot === undefined) return [];
      const file = `${key}-${name}.svg`;
      writeFileSync(join(PLOTS, file), drawPlot(plot));
      return [`![${plot.title}](performance/${file})`];
    }),
  );
  const repeat = `\`npm run bench -- ${key}\` on ${[...new Set(taken.map(([, each]) => machineOf(each)))].join('; ')}`;
  const times = taken.map(
    ([name, { at, machine }]) => `${name} ${at.slice(0, 16).replace('T', ' ')} (load ${machine.load})`,
  );
  return [
    `## ${title}`,
    about,
    markdownTable(rowsOf(taken)),
    ...plots,
    `${repeat}. Taken, UTC: ${times.join(', ')}.`,
  ].join('\n\n');
}

function machineOf({ machine: { cores, cpu, node } }: Measured): string {
  return `${cores} cores (${cpu}), Node ${node}`;
}

function head(): string {
  return readFileSync(join(import.meta.dirname, 'page-head.md'), 'utf8').trim();
}
