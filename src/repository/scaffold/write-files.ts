import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError, codeOf } from '../../core/errors.ts';
import type { ProjectFolder } from '../../core/project-folder.ts';

interface Place {
  /** As people know it: relative to the folder. */
  readonly path: string;
  /** With every link resolved. */
  readonly target: string;
}

interface Write extends Place {
  readonly text: string;
}

/** Paths are relative to the folder. */
interface Changes {
  /** Text by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
  /** Written when all else is done. */
  readonly last: ReadonlyMap<string, string>;
}

/**
 * Writes each file whole or not at all. Before the first, every place is looked at: `not_allowed` when a link leads out of the project,
 * `invalid_input` where none can be. Throws `unavailable` when the disk refuses; what was written stays, and the outcome says whether
 * that is anything. Errors name the paths.
 * @param folder absolute
 */
export async function writeFiles(project: ProjectFolder, folder: string, changes: Changes): Promise<void> {
  const writes = await placeAll(project, folder, changes.files);
  const lastWrites = await placeAll(project, folder, changes.last);
  const removed: Place[] = [];
  for (const path of changes.removed) removed.push({ path, target: await placeOfEntry(project, folder, path) });
  await makeFolders([...writes, ...lastWrites]);
  await doAll(writes, writeFile, 0);
  await doAll(removed, ({ target }) => rm(target, { force: true }), writes.length);
  await doAll(lastWrites, writeFile, writes.length + removed.length);
}

async function placeAll(project: ProjectFolder, folder: string, files: ReadonlyMap<string, string>): Promise<Write[]> {
  const writes: Write[] = [];
  for (const [path, text] of files) writes.push({ path, text, target: await place(project, folder, path) });
  return writes;
}

async function place(project: ProjectFolder, folder: string, path: string): Promise<string> {
  try {
    return await project.resolve(join(folder, path));
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const { code, hint, cause } = thrown;
    throw new AppError(code, `${path} cannot be written, and nothing was: ${thrown.message}`, {
      hint: code === 'not_allowed' ? 'Replace the link that leads out of the project, then call again.' : hint,
      details: { paths: [path] },
      cause,
    });
  }
}

/** Of the entry itself: of a link, not of what it leads to. */
async function placeOfEntry(project: ProjectFolder, folder: string, path: string): Promise<string> {
  return join(await place(project, folder, dirname(path)), basename(path));
}

async function makeFolders(writes: readonly Write[]): Promise<void> {
  const folders = new Map(writes.map(({ target, path }) => [dirname(target), dirname(path)]));
  for (const [folder, path] of folders) {
    await mkdir(folder, { recursive: true }).catch((reason: unknown) => {
      throw refusedByDisk([{ path, reason }], 0);
    });
  }
}

/** At once: each waits for the disk. */
async function doAll<T extends Place>(
  changes: readonly T[],
  change: (each: T) => Promise<void>,
  doneBefore: number,
): Promise<void> {
  const results = await Promise.allSettled(changes.map(change));
  const failures = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ path: changes[index]?.path ?? '', reason: result.reason as unknown }] : [],
  );
  if (failures.length > 0) throw refusedByDisk(failures, doneBefore + changes.length - failures.length);
}

async function writeFile({ target, text }: Write): Promise<void> {
  const temporary = join(dirname(target), `.breakwater-${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

interface Failure {
  readonly path: string;
  readonly reason: unknown;
}

/** Most paths that an error names. */
const MAX_NAMED = 10;

function refusedByDisk(failures: readonly Failure[], written: number): AppError {
  const [first] = failures;
  const more = failures.length > 1 ? ` and ${failures.length - 1} more` : '';
  const what = `${first?.path}${more} could not be written (${codeOf(first?.reason) ?? 'unknown'})`;
  return new AppError('unavailable', `${what}; ${written} files were.`, {
    hint: 'Check rights and free space, then call again: what was written stays, the rest follows.',
    outcome: written === 0 ? 'not_executed' : 'executed',
    details: { paths: failures.slice(0, MAX_NAMED).map(({ path }) => path), written },
    cause: first?.reason,
  });
}
