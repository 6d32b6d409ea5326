import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { AppError, codeOf } from '../../core/errors.ts';

export interface SourceFile {
  /** Relative to the project, with `/`. */
  path: string;
  text: string;
}

export interface SourceFiles {
  files: readonly SourceFile[];
  /** The package.json files found, as text. */
  manifests: readonly SourceFile[];
  /** What was left out, and why. */
  skipped: readonly { file: string; reason: string }[];
  /** True when a limit ended the search. */
  incomplete: boolean;
}

const EXTENSIONS: ReadonlySet<string> = new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']);
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules',
  'bower_components',
  'dist',
  'build',
  'out',
  'coverage',
  'vendor',
]);
const MAX_FILES = 2_000;
const MAX_FOLDERS = 5_000;
const MAX_ENTRIES = 50_000;
/** One file is parsed in one go: this bounds how long that holds up other calls. */
const MAX_FILE_BYTES = 256 * 1024;
const MAX_TOTAL_BYTES = 24 * 1024 * 1024;

/**
 * Reads the source under a file or folder. Links are not followed, and neither are folders of generated or foreign code.
 * @param root absolute path of the project
 * @param start absolute path inside of it
 */
export async function readSources(root: string, start: string, signal: AbortSignal): Promise<SourceFiles> {
  const { paths, incomplete } = await listSources(start, signal);
  const [files, manifests, skipped]: [SourceFile[], SourceFile[], { file: string; reason: string }[]] = [[], [], []];
  let total = 0;
  for (const absolute of paths) {
    signal.throwIfAborted();
    const path = relative(root, absolute).split(sep).join('/');
    const { text, reason } = await readSource(absolute, MAX_TOTAL_BYTES - total);
    if (text === undefined) skipped.push({ file: path, reason });
    else {
      total += text.length;
      (basename(path) === 'package.json' ? manifests : files).push({ path, text });
    }
  }
  return { files, manifests, skipped, incomplete };
}

async function listSources(start: string, signal: AbortSignal): Promise<{ paths: string[]; incomplete: boolean }> {
  if (await isFile(start)) return { paths: [start], incomplete: false };
  const paths: string[] = [];
  const folders = [start];
  let entries = 0;
  for (let at = 0; at < folders.length; at += 1) {
    signal.throwIfAborted();
    const isFull = at >= MAX_FOLDERS || paths.length >= MAX_FILES || entries >= MAX_ENTRIES;
    if (isFull) return { paths: paths.slice(0, MAX_FILES), incomplete: true };
    const found = await listFolder(folders[at] ?? start);
    entries += found.entries;
    folders.push(...found.folders);
    paths.push(...found.files);
  }
  return { paths: paths.slice(0, MAX_FILES), incomplete: paths.length > MAX_FILES };
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch((thrown: unknown) => {
    const code = codeOf(thrown) === 'ENOENT' ? 'not_found' : 'invalid_input';
    throw new AppError(code, 'There is no file or folder at this path.', {
      hint: 'Give a path relative to the project folder.',
      cause: thrown,
    });
  });
  return found.isFile();
}

/** Links are neither files nor folders here: what they lead to is listed where it is. A folder that cannot be read is empty. */
async function listFolder(folder: string): Promise<{ files: string[]; folders: string[]; entries: number }> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  const pathsOf = (entries: typeof found) => entries.map(({ name }) => join(folder, name));
  return {
    files: pathsOf(found.filter((entry) => entry.isFile() && isSource(entry.name))),
    folders: pathsOf(found.filter((entry) => entry.isDirectory() && !isSkipped(entry.name))),
    entries: found.length,
  };
}

const isSkipped = (name: string) => name.startsWith('.') || SKIPPED_FOLDERS.has(name);

function isSource(name: string): boolean {
  if (name === 'package.json') return true;
  return EXTENSIONS.has(extname(name)) && !/\.(?:d\.[cm]?ts|min\.[cm]?js)$/.test(name);
}

/** Opened without following a link: what was a file when it was listed may be one no more. */
async function readSource(path: string, left: number): Promise<{ text?: string; reason: string }> {
  try {
    await using file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) return { reason: `larger than ${MAX_FILE_BYTES / 1024} KB` };
    if (size > left) return { reason: 'the limit for all files together was reached' };
    return { text: await file.readFile('utf8'), reason: '' };
  } catch (thrown) {
    return { reason: `cannot be read (${codeOf(thrown) ?? 'unknown'})` };
  }
}
