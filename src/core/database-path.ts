import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { AppError } from './errors.ts';
import { realPath } from './real-path.ts';

/** The value of a variable; undefined where it counts as unset. */
type Read = (name: string) => string | undefined;

/** What SQLite reads as something else than a path would become a file of that very name. */
const NO_PATH = /^(?::memory:$|file:)/;

/** `BREAKWATER_DB`, or a file in the platform's folder for user data, so that every agent and session of a user shares it. */
export function findDatabasePath(read: Read, cwd: string): string {
  const given = read('BREAKWATER_DB');
  if (given !== undefined && NO_PATH.test(given)) throw invalid('must be the path of a file.');
  const path = given === undefined ? defaultPath(read) : expandHome(given, read);
  return path === undefined ? '' : realPath(resolve(cwd, path));
}

/** The user's own folder, absolute; undefined for a user whom the machine does not know, as in a container. */
export function homeFolder(read: Read): string | undefined {
  const told = read(process.platform === 'win32' ? 'USERPROFILE' : 'HOME');
  return told !== undefined && isAbsolute(told) ? told : registeredHome();
}

function registeredHome(): string | undefined {
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : undefined;
  } catch {
    return undefined;
  }
}

function defaultPath(read: Read): string | undefined {
  const folder = dataFolder(read);
  return folder === undefined ? undefined : join(folder, 'breakwater', 'breakwater.db');
}

function dataFolder(read: Read): string | undefined {
  if (process.platform === 'win32') return read('LOCALAPPDATA') ?? below(homeFolder(read), 'AppData', 'Local');
  if (process.platform === 'darwin') return below(homeFolder(read), 'Library', 'Application Support');
  const xdg = read('XDG_DATA_HOME');
  return xdg !== undefined && isAbsolute(xdg) ? xdg : below(homeFolder(read), '.local', 'share');
}

function below(folder: string | undefined, ...names: string[]): string | undefined {
  return folder === undefined ? undefined : join(folder, ...names);
}

function expandHome(path: string, read: Read): string {
  if (path !== '~' && !path.startsWith('~/')) return path;
  const expanded = below(homeFolder(read), path.slice(1));
  if (expanded === undefined) throw invalid('begins with ~, and there is no home folder.');
  return expanded;
}

function invalid(what: string): AppError {
  return new AppError('invalid_input', `BREAKWATER_DB ${what}`);
}
