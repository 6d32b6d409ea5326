import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProjectFolder } from '../../core/project-folder.ts';

/** Writes a file whole or not at all. Throws `not_allowed` when a link leads out of the project. */
export async function writeFileAtomically(project: ProjectFolder, path: string, text: string): Promise<void> {
  const target = await project.resolve(path);
  await mkdir(dirname(target), { recursive: true });
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
