import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, codeOf } from '../../core/errors.ts';
import type { ProjectFolder } from '../../core/project-folder.ts';

/**
 * Writes each file whole or not at all. Throws `not_allowed` when a link leads out of the project, and `unavailable` when the disk
 * refuses; what was written before stays.
 * @param files text by absolute path
 */
export async function writeFiles(project: ProjectFolder, files: ReadonlyMap<string, string>): Promise<void> {
  for (const folder of new Set([...files.keys()].map((path) => dirname(path)))) await makeFolder(project, folder);
  // At once: each waits for the disk.
  const writes = [...files].map(([path, text]) => writeFile(project, path, text));
  const failed = (await Promise.allSettled(writes)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw explain(failed.reason);
}

async function makeFolder(project: ProjectFolder, path: string): Promise<void> {
  const folder = await project.resolve(path);
  await mkdir(folder, { recursive: true }).catch((thrown: unknown) => {
    throw explain(thrown);
  });
}

async function writeFile(project: ProjectFolder, path: string, text: string): Promise<void> {
  const target = await project.resolve(path);
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

function explain(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('unavailable', `A file could not be written (${codeOf(thrown) ?? 'unknown'}).`, {
    hint: 'Check rights and free space, then call again: what was written stays, the rest follows.',
    cause: thrown,
  });
}
