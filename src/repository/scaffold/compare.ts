import type { FoundFile } from '../project-reader.ts';
import type { GeneratedHashes } from './manifest.ts';
import { hashOf } from './manifest.ts';
import type { Files } from './templates.ts';

/**
 * `unchanged`: nothing to do. `create`, `update`: ours to write. `conflict`: changed by hand, and we would now write something else; that
 * goes into a `.new` file. `kept`: changed by hand, and nothing new to offer.
 */
export type Action = 'create' | 'update' | 'unchanged' | 'kept' | 'conflict';

export interface PlannedFile {
  readonly path: string;
  readonly action: Action;
  readonly text: string;
  /** What is there. */
  readonly present: string | undefined;
}

/** What is to be done with each file. `find` looks at a file of the integration. */
export async function compareFiles(
  files: Files,
  generated: GeneratedHashes,
  find: (path: string) => Promise<FoundFile>,
): Promise<readonly PlannedFile[]> {
  const planned: PlannedFile[] = [];
  for (const [path, text] of files) {
    const found = await find(path);
    planned.push({ path, text, present: found.text, action: actionFor(text, found, generated[path]) });
  }
  return planned;
}

function actionFor(text: string, { exists, text: present }: FoundFile, generated: string | undefined): Action {
  if (present === undefined) return exists ? 'conflict' : 'create';
  if (present === text) return 'unchanged';
  if (hashOf(present) === generated) return 'update';
  return hashOf(text) === generated ? 'kept' : 'conflict';
}

/** Paths that are written: a conflict goes beside the file. */
export function targetOf({ path, action }: PlannedFile): string {
  return action === 'conflict' ? `${path}.new` : path;
}

export function isWritten({ action }: PlannedFile): boolean {
  return action === 'create' || action === 'update' || action === 'conflict';
}

/** In characters. */
const MAX_DIFF = 24_000;

/** A unified diff of what would be written, changes before new files, whole files only; the last line says how many did not fit. */
export async function formatDiff(planned: readonly PlannedFile[]): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  const order = [...planned]
    .filter(isWritten)
    .sort((a, b) => Number(a.action === 'create') - Number(b.action === 'create'));
  let text = '';
  let omitted = 0;
  for (const file of order) {
    const from = file.action === 'create' ? '/dev/null' : `a/${file.path}`;
    const patch = createTwoFilesPatch(
      from,
      `b/${targetOf(file)}`,
      file.present ?? '',
      file.text,
      undefined,
      undefined,
      {
        context: 2,
      },
    );
    if (text.length + patch.length > MAX_DIFF) omitted += 1;
    else text += patch;
  }
  return omitted === 0 ? text : `${text}# ${omitted} more files are not shown\n`;
}
