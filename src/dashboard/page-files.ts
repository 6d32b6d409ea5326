import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';

const FILES = {
  '/': ['index.html', 'html'],
  '/page.js': ['page.js', 'js'],
  '/page.css': ['page.css', 'css'],
  '/icon.svg': ['icon.svg', 'svg'],
} as const;

export interface PageFile {
  type: string;
  content: Buffer;
}

/** The files of the page, by the path they are served at. Throws `unavailable` where they were not built. */
export async function readPage(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const read = Object.entries(FILES).map(async ([path, [name, type]]) => {
    return [path, { type, content: await readFile(join(folder, name)) }] as const;
  });
  try {
    return new Map(await Promise.all(read));
  } catch (cause) {
    throw new AppError('unavailable', 'The page of the dashboard is not there.', {
      hint: 'Run npm run build, or install the package again.',
      cause,
    });
  }
}
