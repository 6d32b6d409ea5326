import type { FoundFile } from '../project-reader.ts';
import type { GeneratedHashes } from './manifest.ts';
import { hashOf } from './manifest.ts';
import type { Files } from './templates.ts';

/**
 * `unchanged`: nothing to do. `create`, `update`, `remove`: ours to write. `conflict`: changed by hand, and we would now write something
 * else; that goes into a `.new` file. `kept`: changed or deleted by hand, and nothing new to offer.
 */
export type Action = 'create' | 'update' | 'remove' | 'unchanged' | 'kept' | 'conflict';

export interface PlannedFile {
  readonly path: string;
  readonly action: Action;
  /** Empty for what is no longer generated. */
  readonly text: string;
  /** What is there. */
  readonly present: string | undefined;
  /** Where the text is written: beside the file in a conflict. Undefined where nothing is. */
  readonly target: string | undefined;
}

/** Looks at a file of the integration. */
type Find = (path: string) => Promise<FoundFile>;

/** What is to be done with each file that is generated. */
export async function compareFiles(files: Files, generated: GeneratedHashes, find: Find): Promise<PlannedFile[]> {
  const planned: PlannedFile[] = [];
  for (const [path, text] of files) {
    const found = await find(path);
    const action = actionFor(text, found, generated[path]);
    const target = await targetFor(path, action, generated[path], find);
    planned.push({ path, action, text, present: found.text, target });
  }
  return planned;
}

function actionFor(text: string, { state, text: present }: FoundFile, generated: string | undefined): Action {
  if (state === 'absent') return generated === undefined ? 'create' : 'kept';
  if (present === undefined) return 'conflict';
  if (present === text) return 'unchanged';
  if (hashOf(present) === generated) return 'update';
  return hashOf(text) === generated ? 'kept' : 'conflict';
}

/** A `.new` that somebody edits holds a merge in progress: it stays, and the conflict with it. What cannot be reached is refused when it is written. */
async function targetFor(path: string, action: Action, generated: string | undefined, find: Find) {
  if (action === 'create' || action === 'update') return path;
  if (action !== 'conflict') return undefined;
  const beside = `${path}.new`;
  const { state, text } = await find(beside);
  const isEdited = text === undefined ? state === 'unreadable' : hashOf(text) !== generated;
  return isEdited ? undefined : beside;
}

/** What becomes of files that were generated and no longer are. Those that are gone need nothing. */
export async function compareObsolete(
  paths: readonly string[],
  generated: GeneratedHashes,
  find: Find,
): Promise<PlannedFile[]> {
  const planned: PlannedFile[] = [];
  for (const path of paths) {
    const { state, text: present } = await find(path);
    if (state === 'absent') continue;
    const isOurs = present !== undefined && hashOf(present) === generated[path];
    planned.push({ path, action: isOurs ? 'remove' : 'kept', text: '', present, target: undefined });
  }
  return planned;
}

/** What counts as generated when all is done: of a text that was not offered nothing is known. */
export function hashesAfter(
  planned: readonly PlannedFile[],
  obsolete: readonly string[],
  generated: GeneratedHashes,
): GeneratedHashes {
  const hashes = new Map(Object.entries(generated));
  for (const path of obsolete) hashes.delete(path);
  for (const { path, action, text, target } of planned) {
    if (target !== undefined || action === 'unchanged') hashes.set(path, hashOf(text));
  }
  return Object.fromEntries(hashes);
}

export function isChange({ action, target }: PlannedFile): boolean {
  return target !== undefined || action === 'remove';
}

/** In characters. */
const MAX_DIFF = 24_000;

/** A unified diff of what would change, changes before new files, whole files only; the last line says how many did not fit. */
export async function formatDiff(planned: readonly PlannedFile[]): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  const order = planned.filter(isChange).sort((a, b) => Number(a.action === 'create') - Number(b.action === 'create'));
  let text = '';
  let omitted = 0;
  for (const { path, action, target, present = '', text: next } of order) {
    const from = action === 'create' ? '/dev/null' : `a/${path}`;
    const to = target === undefined ? '/dev/null' : `b/${target}`;
    const patch = createTwoFilesPatch(from, to, present, next, undefined, undefined, { context: 2 });
    if (text.length + patch.length > MAX_DIFF) omitted += 1;
    else text += patch;
  }
  return omitted === 0 ? text : `${text}# ${omitted} more files are not shown\n`;
}
