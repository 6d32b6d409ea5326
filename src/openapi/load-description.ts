import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../core/errors.ts';
import type { ProjectFolder } from '../core/project-folder.ts';
import type { ApiDescription } from './api-description.ts';
import { MAX_JSON_BYTES } from './document.ts';
import { readDescription } from './read-description.ts';

/** A description given as its text, or as the path of a file inside the project. Throws `invalid_input` and `not_allowed`. */
export async function loadDescription(source: string, project: ProjectFolder): Promise<ApiDescription> {
  const isText = source.includes('\n') || /^\s*\{/.test(source);
  return readDescription(isText ? source : await readProjectFile(source, project));
}

async function readProjectFile(path: string, project: ProjectFolder): Promise<string> {
  const file = await project.resolve(path);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) {
    throw new AppError('invalid_input', 'openapi is neither a description nor a file of the project.', {
      hint: 'Give the path of a JSON or YAML file, relative to the project folder.',
    });
  }
  if (found.size > MAX_JSON_BYTES) {
    throw new AppError('invalid_input', `The file has ${found.size} bytes; ${MAX_JSON_BYTES} is the limit.`);
  }
  return readFile(file, 'utf8');
}
