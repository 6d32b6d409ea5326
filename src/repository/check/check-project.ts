import { relative, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../../core/errors.ts';
import type { ProjectFolder } from '../../core/project-folder.ts';
import type { Finding } from './check-source.ts';
import { checkSource } from './check-source.ts';
import { gatherFacts } from './project-facts.ts';
import { readSources } from './source-files.ts';

export interface CheckResult {
  /** What was checked, relative to the project. */
  path: string;
  filesChecked: number;
  /** By file, then line. */
  findings: readonly Finding[];
  /** Files that were not checked, and why. */
  skipped: readonly { file: string; reason: string }[];
  /** True when a limit (files, bytes, time) left something out. */
  incomplete: boolean;
}

const MAX_TIME_MS = 30_000;
const MAX_REASON = 120;

/**
 * Checks the JavaScript and TypeScript under a path of the project. Reads only; other work of the process goes on between files.
 * Throws `not_found`, `not_allowed` for a path outside, and the signal's reason.
 */
export async function checkProject(project: ProjectFolder, path: string, signal: AbortSignal): Promise<CheckResult> {
  const [root, start] = [await project.resolve(), await project.resolve(path)];
  const sources = await readSources(root, start, signal);
  const manifests = [...sources.manifests, ...(await manifestsAbove(root, start, signal))];
  const facts = gatherFacts({ files: sources.files, manifests });
  const deadline = performance.now() + MAX_TIME_MS;
  const findings: Finding[] = [];
  const skipped = [...sources.skipped];
  let filesChecked = 0;
  for (const { path: file, text } of sources.files) {
    await nextTurn();
    signal.throwIfAborted();
    if (performance.now() > deadline) break;
    try {
      findings.push(...checkSource(file, text, facts));
    } catch (thrown) {
      skipped.push({ file, reason: describeFailure(thrown) });
    }
    filesChecked += 1;
  }
  findings.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  const incomplete = sources.incomplete || filesChecked < sources.files.length;
  return {
    path: relative(root, start).split(sep).join('/') || '.',
    filesChecked: filesChecked - (skipped.length - sources.skipped.length),
    findings,
    skipped,
    incomplete,
  };
}

/** The package.json that says which stripe a file uses may be above the checked folder. */
async function manifestsAbove(root: string, start: string, signal: AbortSignal) {
  if (root === start) return [];
  const { manifests } = await readSources(root, `${root}${sep}package.json`, signal).catch(() => ({ manifests: [] }));
  signal.throwIfAborted();
  return manifests;
}

/** Files come from anywhere: one that cannot be checked is named and does not end the check. */
function describeFailure(thrown: unknown): string {
  if (thrown instanceof SyntaxError) return `does not parse: ${thrown.message.slice(0, MAX_REASON)}`;
  if (thrown instanceof RangeError) return 'too deeply nested or too intricate to be checked';
  return `could not be checked, a fault of Breakwater: ${messageOf(thrown).slice(0, MAX_REASON)}`;
}
