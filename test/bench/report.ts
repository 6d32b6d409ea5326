import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { drawPlot } from './plot.ts';
import type { Row } from './row.ts';
import { markdownTable } from './row.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');
/** What the page is made of. */
export const MEASURED = join(DOCS, 'performance', 'measured.json');

/** One area as it was measured. */
export interface AreaReport {
  /** ISO 8601, of the end. */
  at: string;
  machine: { node: string; cpu: string; cores: number; load: number[] };
  rows: Row[];
}

export type Report = Record<string, AreaReport>;

/** Titles and order of the page. */
const AREAS: Readonly<Record<string, { title: string; about: string }>> = {
  startup: {
    title: 'Start and memory',
    about: 'From spawn to the answer to `initialize`, and what the process holds.',
  },
  calls: {
    title: 'Calls and payments',
    about:
      'Through a pipe to a server in a process of its own. `breaker_status` is the tool of ours with the least to do: it looks at integrations and breakers, `echo` at nothing.',
  },
  resilience: { title: 'Pipeline', about: 'See [resilience.md](resilience.md) for what each part does.' },
  webhooks: { title: 'Webhooks', about: 'See [webhooks.md](webhooks.md).' },
  memory: { title: 'Memory', about: 'See [memory.md](memory.md).' },
  growth: { title: 'Growth', about: 'What a call costs when there is more and more. Both axes are logarithmic.' },
  simulator: { title: 'Simulators', about: 'See [simulator.md](simulator.md).' },
  'full-counts': { title: 'Tests at full count', about: 'Tests whose counts `npm test` reduces.' },
};

export function areaReport(rows: Row[]): AreaReport {
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    load: loadavg().map((value) => Number(value.toFixed(1))),
  };
  return { at: new Date().toISOString(), machine, rows };
}

/** Areas that were measured now replace their earlier results in the file; the others stay. */
export function saveReport(path: string, report: Report): void {
  const all = { ...readReport(path), ...report };
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
}

export function readReport(path: string): Report {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : {};
}

/** Writes docs/performance.md and its plots from the results in a file. */
export function writePage(path: string): void {
  const report = readReport(path);
  const sections = Object.entries(AREAS).flatMap(([area, { title, about }]) => {
    const measured = report[area];
    return measured === undefined ? [] : [section(area, title, about, measured)];
  });
  writeFileSync(join(DOCS, 'performance.md'), `${[HEAD, ...sections].join('\n\n')}\n`);
}

function section(area: string, title: string, about: string, { at, machine, rows }: AreaReport): string {
  const plots = rows.flatMap(({ plot }, index) => {
    if (plot === undefined) return [];
    const file = `performance/${area}-${index}.svg`;
    writeFileSync(join(DOCS, file), drawPlot(plot));
    return [`![${plot.title}](${file})`];
  });
  const { cpu, cores, load, node } = machine;
  const where = `${at.slice(0, 16).replace('T', ' ')} UTC, ${cores} cores (${cpu}), load ${load[0]}, Node ${node}`;
  const repeat = `\`npm run bench -- ${area}\` · ${where}`;
  return [`## ${title}`, about, repeat, markdownTable(rows), ...plots].join('\n\n');
}

const HEAD = `# Performance

<!-- Generated from performance/measured.json by \`npm run bench -- --report\`: change test/bench, not this page. -->

Every row is measured in one run beside what would be used instead (\`peer\`), round by round in turn, after a round that does not count. Ours to
the peer is shown as a ratio with its least, median and greatest value: the median is judged, and the speed of the machine cancels out. CPU is
the CPU time of the server's process. Rows without a bar only show what stands beside. Rows that say *limit* compare with what the runtime,
the disk or the algorithm alone costs.

To repeat it:

\`\`\`sh not run: takes half an hour, on a quiet machine
npm run bench                                # every area
npm run bench -- calls/payment               # one measurement
npm run bench -- --long --million            # sustained loads of five minutes, 50,000 calls, one million memories
npm run bench -- memory --retrieval FOLDER   # relevance over retrieval sets: docs.jsonl, queries.jsonl, qrels.tsv in each folder below
npm run bench -- --json FILE                 # results as JSON; areas already in the file are replaced
npm run bench -- --report                    # this page from performance/measured.json
npm run bench -- --report growth             # measures one area again, then writes the page
\`\`\`

Peers that are not development dependencies are installed into the system's temporary folder when they are first measured. Figures of a
machine that does other work at the same time (see the load beside each table) are worse than those of a quiet one; ratios hardly change,
absolute milliseconds do. No test fails because of a time.`;
