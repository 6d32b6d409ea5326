import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many as Linux follows: https://man7.org/linux/man-pages/man7/path_resolution.7.html. */
const MAX_LINKS = 40;

/**
 * Where an absolute path leads when symbolic links are followed, so that two names of one file are one. What is missing keeps its name
 * below the folder where it would be made; a link that leads nowhere is followed too.
 */
export function realPath(path: string, links = MAX_LINKS): string {
  try {
    return realpathSync(path);
  } catch {
    const target = links > 0 ? linkTarget(path) : undefined;
    if (target !== undefined) return realPath(resolve(dirname(path), target), links - 1);
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder, links), basename(path));
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
