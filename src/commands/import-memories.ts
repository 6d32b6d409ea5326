import { open, stat } from 'node:fs/promises';
import { AppError } from '../core/errors.ts';
import type { ImportDefaults } from '../memory/foreign-formats.ts';
import type { ArchiveRecord } from '../memory/memory-archive.ts';
import type { Parsed } from '../memory/read-archive.ts';
import { parseLine, parseRecallExport } from '../memory/read-archive.ts';
import type { CommandResult } from './command.ts';
import { resultOf } from './command.ts';
import type { Host } from './host.ts';
import { Progress } from './progress.ts';

const BATCH = 1000;
/** Of a document that has to be read whole: about 400,000 memories. */
const MAX_DOCUMENT_LINES = 5_000_000;
const MAX_PROBLEMS = 20;

interface Tally {
  imported: number;
  skipped: number;
  invalid: number;
  problems: { line: number; problem: string }[];
  redacted: Set<string>;
}

/** Adds what is not there yet, so that an import that broke off is simply repeated. */
export async function importMemories(
  host: Host,
  { file, workspace }: { file: string; workspace: string },
): Promise<CommandResult> {
  const defaults = { workspace, nowMs: Date.now() };
  const size = file === '-' ? undefined : (await stat(file)).size;
  const input = file === '-' ? process.stdin : (await open(file)).createReadStream({ highWaterMark: 1 << 20 });
  const archive = await host.archive();
  const progress = new Progress('imported', host.report);
  const tally: Tally = { imported: 0, skipped: 0, invalid: 0, problems: [], redacted: new Set() };
  let batch: ArchiveRecord[] = [];
  const flush = async () => {
    const { imported, skipped, redacted } = await archive.import(batch);
    tally.imported += imported;
    tally.skipped += skipped;
    for (const kind of redacted) tally.redacted.add(kind);
    batch = [];
    const share = size === undefined || !('bytesRead' in input) ? undefined : input.bytesRead / Math.max(1, size);
    progress.update(tally.imported + tally.skipped, share);
  };
  try {
    for await (const { line, parsed } of readRecords(linesOf(input.setEncoding('utf8')), defaults)) {
      if ('record' in parsed) batch.push(parsed.record);
      else noteProblem(tally, line, parsed.problem);
      if (batch.length >= BATCH) await flush();
    }
    await flush();
  } finally {
    progress.end();
  }
  return describe(tally, progress.seconds);
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

interface NumberedLine {
  line: number;
  parsed: Parsed;
}

/** Line by line where lines are JSON; otherwise the whole text, which only `recall` writes over several lines. */
async function* readRecords(lines: AsyncIterable<string>, defaults: ImportDefaults): AsyncGenerator<NumberedLine> {
  const document: string[] = [];
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (document.length > 0 || (line === 1 && beginsDocument(text))) addTo(document, text);
    else if (text.trim() !== '') yield* parseLine(text, defaults).map((parsed) => ({ line, parsed }));
  }
  if (document.length > 0) yield* parseDocument(document, defaults);
}

function beginsDocument(line: string): boolean {
  return line.startsWith('Successfully exported') || /^\s*\{\s*$/.test(line);
}

function addTo(document: string[], line: string): void {
  document.push(line);
  if (document.length <= MAX_DOCUMENT_LINES) return;
  throw new AppError('invalid_input', 'The file is too large to be read whole.', {
    hint: 'Split it, or export JSON without line breaks.',
  });
}

function parseDocument(document: readonly string[], defaults: ImportDefaults): NumberedLine[] {
  const all = parseRecallExport(document.join('\n'), defaults);
  if (all !== undefined) return all.map((parsed) => ({ line: 1, parsed }));
  throw new AppError('invalid_input', 'The file is no export of Breakwater, recall or server-memory.');
}

function noteProblem(tally: Tally, line: number, problem: string): void {
  tally.invalid += 1;
  if (tally.problems.length < MAX_PROBLEMS) tally.problems.push({ line, problem });
}

function describe({ redacted, ...tally }: Tally, seconds: number): CommandResult {
  const data = { ...tally, redacted: [...redacted], seconds: Number(seconds.toFixed(2)) };
  return resultOf(data, formatTally, tally.invalid > 0);
}

function formatTally(tally: Omit<Tally, 'redacted'> & { redacted: string[]; seconds: number }): string {
  const { imported, skipped, invalid, problems, redacted, seconds } = tally;
  return [
    `${imported} imported, ${skipped} there already, ${invalid} not usable, in ${seconds.toFixed(1)} s`,
    ...problems.map(({ line, problem }) => `  line ${line}: ${problem}`),
    ...(redacted.length > 0 ? [`  secrets masked: ${redacted.join(', ')}`] : []),
  ].join('\n');
}
