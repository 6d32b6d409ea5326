import type { FileHandle } from 'node:fs/promises';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, codeOf } from '../core/errors.ts';
import { parseJson } from '../core/parse-json.ts';
import type { ProjectFolder } from '../core/project-folder.ts';

/** Larger files are not read: no description of a project comes near. In bytes. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Most folder entries that one reader looks at. */
const MAX_ENTRIES = 20_000;
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage']);

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * What is at a path: a text, nothing (`absent`), what cannot be read (`unreadable`: too large, locked, no file), or no place of the project
 * (`unreachable`: a link leads out, or a file lies where a folder belongs).
 */
export interface FoundFile {
  readonly state: 'text' | 'absent' | 'unreadable' | 'unreachable';
  readonly text: string | undefined;
}

/** Reads a repository as data: bounded, inside the project folder, links out of it taken for absent. Nothing is executed. */
export class ProjectReader {
  readonly #project: ProjectFolder;
  readonly #root: string;
  #entriesLeft = MAX_ENTRIES;

  /** @param root absolute, inside the project folder */
  constructor(project: ProjectFolder, root: string) {
    this.#project = project;
    this.#root = root;
  }

  /** Undefined for what is not there, too large or no file. */
  async text(path: string): Promise<string | undefined> {
    return (await this.find(path)).text;
  }

  /** For one who writes: what is there and cannot be read is not free to be written. */
  async find(path: string): Promise<FoundFile> {
    const absolute = await this.#resolve(path);
    return absolute === undefined ? { state: 'unreachable', text: undefined } : findBounded(absolute);
  }

  /** An object from JSON with comments and trailing commas. */
  async json(path: string): Promise<JsonObject | undefined> {
    const text = await this.text(path);
    const value = text === undefined ? undefined : parseJsonc(text);
    return isObject(value) ? value : undefined;
  }

  /** Names of the folders in a folder, sorted; those with a dot and those that tools fill are left out. */
  async folders(path: string): Promise<readonly string[]> {
    const entries = (await this.#list(path)) ?? [];
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  /** Names of everything in a folder; empty when it is none. */
  async names(path: string): Promise<readonly string[]> {
    return ((await this.#list(path)) ?? []).map(({ name }) => name);
  }

  async #list(path: string) {
    const absolute = await this.#resolve(path);
    if (absolute === undefined || this.#entriesLeft <= 0) return undefined;
    const entries = await readdir(absolute, { withFileTypes: true }).catch(() => undefined);
    this.#entriesLeft -= entries?.length ?? 0;
    return entries;
  }

  async #resolve(path: string): Promise<string | undefined> {
    try {
      return await this.#project.resolve(join(this.#root, path));
    } catch (thrown) {
      if (thrown instanceof AppError) return undefined;
      throw thrown;
    }
  }
}

async function findBounded(path: string): Promise<FoundFile> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES) return { state: 'unreadable', text: undefined };
    return { state: 'text', text: await file.readFile('utf8') };
  } catch (thrown) {
    return { state: codeOf(thrown) === 'ENOENT' ? 'absent' : 'unreadable', text: undefined };
  } finally {
    await file?.close();
  }
}

/** Also without its end: a text that fails to match would be searched again from every quote in it. */
const STRING = String.raw`"(?:\\[^]|[^"\\])*(?:"|\\?$)`;

/** In linear time. Comments and trailing commas become nothing; what stands in a string stays. Undefined when the rest is no JSON. */
export function parseJsonc(text: string): unknown {
  const bare = withoutComments(text.replace(/^\uFEFF/, '')).replace(
    new RegExp(String.raw`(${STRING})|,(?=\s*[}\]])`, 'g'),
    (_match, kept?: string) => kept ?? '',
  );
  return parseJson(bare);
}

/** In linear time. Of a language with comments as in C and strings in double quotes; what stands in a string stays. */
export function withoutComments(text: string): string {
  return text.replace(
    new RegExp(String.raw`(${STRING})|//[^\n]*|/\*[\s\S]*?(?:\*/|$)`, 'g'),
    (_match, kept?: string) => kept ?? ' ',
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
