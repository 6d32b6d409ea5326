/**
 * `npm run bench [-- <area> | <area>/<measurement> …] [--json FILE] [--report] [--long] [--million] [--retrieval FOLDER] [--quick]`:
 * measures beside peers in the same run and prints one table per area, in Markdown. Each measurement is saved as soon as it is taken.
 * `--report` writes docs/performance.md from what was saved, now and in earlier runs; with it and without areas, nothing is measured.
 */
import { parseArgs } from 'node:util';
import type { Effort } from './areas.ts';
import { areas, select } from './areas.ts';
import { QUICK } from './counts.ts';
import { MEASURED, writePage } from './page.ts';
import { currentLoad, measured, readReport, saveMeasured } from './report.ts';
import type { Row } from './row.ts';
import { markdownTable } from './row.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    long: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    quick: { type: 'boolean' },
    report: { type: 'boolean' },
    retrieval: { type: 'string' },
  },
});
if (QUICK && values.report) throw new Error('Small counts say nothing: --quick cannot fill the page.');

/** Undefined where it failed: the others are still worth having. */
async function attempt(measure: () => Promise<Row[]>): Promise<Row[] | undefined> {
  try {
    return await measure();
  } catch (thrown) {
    console.error(thrown);
    process.exitCode = 1;
    return undefined;
  }
}

async function measureAll(names: readonly string[], effort: Effort, file: string | undefined): Promise<void> {
  let printed = '';
  for (const [area, name, measure] of select(names)) {
    const [startedAt, load] = [performance.now(), currentLoad()];
    const rows = await attempt(() => measure(effort));
    console.error(`${area}/${name}: ${Math.round((performance.now() - startedAt) / 1000)} s`);
    if (rows === undefined || rows.length === 0) continue;
    if (area !== printed) console.log(`\n## ${area}\n`);
    printed = area;
    console.log(`${markdownTable(rows)}\n`);
    if (file !== undefined) saveMeasured(file, area, name, measured(rows, load));
  }
}

const file = values.json ?? (values.report ? MEASURED : undefined);
if (!values.report || positionals.length > 0) await measureAll(positionals, { retrieval: undefined, ...values }, file);
if (values.report) writePage(readReport(file ?? MEASURED), areas);
