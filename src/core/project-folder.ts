import { statSync } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { AppError, codeOf } from './errors.ts';

/** What is at a path, behind links. */
export function kindOfPlace(path: string): 'folder' | 'file' | 'nothing' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'nothing';
  }
}

/** The folder an agent works in. Paths from agents are read through it: what lies outside, also behind a link, is refused. */
export class ProjectFolder {
  readonly #root: string;

  /** @param root absolute */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * The absolute path with every link resolved; what does not exist yet is placed under its nearest existing folder.
   * Throws `not_allowed` for a place outside, `invalid_input` for what cannot be a path, `not_configured` where the folder itself is away.
   * @param path relative to the folder, or absolute
   */
  async resolve(path = '.'): Promise<string> {
    if (path.includes('\0')) throw new AppError('invalid_input', 'A path cannot hold a null character.');
    const root = await this.#realRoot();
    const target = await realpathOfNearest(resolve(root, path));
    if (isInside(root, target)) return target;
    throw new AppError('not_allowed', 'This path lies outside of the project folder.', {
      hint: `Use a path inside ${root}. Another folder becomes the project by starting the server there or by CLAUDE_PROJECT_DIR.`,
    });
  }

  async #realRoot(): Promise<string> {
    try {
      const root = await realpath(this.#root);
      if ((await stat(root)).isDirectory()) return root;
    } catch (thrown) {
      throw this.#missing(codeOf(thrown));
    }
    throw this.#missing('ENOTDIR');
  }

  #missing(cause: string | undefined): AppError {
    return new AppError('not_configured', 'The project folder cannot be read on this machine.', {
      hint: 'Start the server in the project, or set CLAUDE_PROJECT_DIR to its folder. In a container, mount the project there.',
      details: { folder: this.#root, cause },
    });
  }
}

async function realpathOfNearest(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    const parent = dirname(path);
    if (!(await isMissing(path, thrown)) || parent === path) {
      throw new AppError('invalid_input', 'This path cannot be read.', {
        hint: 'Check that it exists.',
        cause: thrown,
      });
    }
    return join(await realpathOfNearest(parent), basename(path));
  }
}

/** A link that leads nowhere is there: what is written through it lands elsewhere. */
async function isMissing(path: string, thrown: unknown): Promise<boolean> {
  if (codeOf(thrown) !== 'ENOENT') return false;
  return lstat(path).then(
    () => false,
    () => true,
  );
}

function isInside(root: string, target: string): boolean {
  const way = relative(root, target);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) === target);
}
