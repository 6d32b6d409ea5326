import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { parseSettings } from '../../settings.ts';
import type { Host } from '../host.ts';
import { checkStart } from './check-start.ts';
import type { ClientFile, ServerEntry } from './client-files.ts';
import { readClientFile } from './client-files.ts';
import type { Surroundings } from './client-variables.ts';
import { expand, expandAll, findUnset, referenceTo } from './client-variables.ts';
import type { Finding } from './finding.ts';

/** Where clients keep their servers: of the project, and of the user. */
const PROJECT_FILES = ['.mcp.json', '.cursor/mcp.json', '.vscode/mcp.json', '.claude/settings.json'];
const USER_FILES = ['.claude.json', '.cursor/mcp.json', '.claude/settings.json'];

export async function readClientFiles({ home, settings }: Host): Promise<ClientFile[]> {
  const { projectRoot } = settings();
  const shared = PROJECT_FILES.map((name) => join(projectRoot, name));
  const own = USER_FILES.map((name) => join(home, name)).filter((path) => !shared.includes(path));
  const files = await Promise.all([
    ...shared.map((path) => readClientFile(path, projectRoot, true)),
    ...own.map((path) => readClientFile(path, projectRoot, false)),
  ]);
  return files.filter((file) => file !== undefined);
}

/** Variables that some client gives the server, and so need not be set in this shell. */
export function variablesOf(files: readonly ClientFile[], host: Host): Set<string> {
  const around = surroundingsOf(host);
  const given = files.flatMap(({ entries, syntax }) =>
    entries.flatMap(({ env }) => Object.entries(expandAll(env, syntax, around))),
  );
  return new Set(given.filter(([, value]) => value.trim() !== '').map(([name]) => name));
}

export async function checkClients(files: readonly ClientFile[], host: Host): Promise<Finding[]> {
  const findings = (await Promise.all(files.map((file) => checkFile(file, host)))).flat();
  if (findings.length > 0) return findings;
  const fix = 'claude mcp add breakwater -- npx -y breakwater-mcp; or write an entry into .mcp.json as in the README.';
  return [finding('warn', 'no client here is set up to start Breakwater', fix)];
}

function surroundingsOf({ env, home, settings }: Host): Surroundings {
  return { env, home, project: settings().projectRoot };
}

function finding(level: Finding['level'], what: string, fix?: string): Finding {
  return { area: 'clients', level, what, fix };
}

async function checkFile(file: ClientFile, host: Host): Promise<Finding[]> {
  const { path, problem, entries, unreadable, plugins } = file;
  if (problem !== undefined) {
    return [finding('broken', `${path}: ${problem}`, 'Correct it: clients ignore the whole file.')];
  }
  const checked = await Promise.all(entries.map((entry) => checkEntry(file, entry, host)));
  return [
    ...plugins.map((name) => finding('ok', `${path}: the plugin ${name} is on`)),
    ...unreadable.map(({ name, problem: what }) =>
      finding('broken', `${path}: "${name}" is no entry that clients take: ${what}`, 'Correct it as in the README.'),
    ),
    ...checked.flat(),
  ];
}

async function checkEntry(file: ClientFile, entry: ServerEntry, host: Host): Promise<Finding[]> {
  const about = `${file.path}: "${entry.name}"`;
  const start = await checkStart(entry, file.syntax, surroundingsOf(host));
  const problems = [
    ...start.map(({ level, what, fix }) => finding(level, `${about}${what}`, fix)),
    ...checkKeys(file, about, entry, host),
    ...checkReferences(file, about, entry, host),
    ...checkSettings(file, about, entry, host),
  ];
  if (problems.some(({ level }) => level === 'broken')) return problems;
  return [finding('ok', `${about} starts it with ${entry.command}`), ...problems];
}

function checkKeys({ isShared, syntax }: ClientFile, about: string, { env }: ServerEntry, host: Host): Finding[] {
  if (!isShared) return [];
  const held = Object.keys(env).filter((variable) => host.redactor.find(env[variable] ?? '') !== undefined);
  return held.map((variable) =>
    finding(
      'warn',
      `${about} holds the value of ${variable}, in a file of the project`,
      `Write "${referenceTo(variable, syntax)}" there and set the variable in your shell; replace the key if the file was ever committed.`,
    ),
  );
}

function checkReferences({ syntax }: ClientFile, about: string, { env }: ServerEntry, host: Host): Finding[] {
  return Object.entries(env).flatMap(([variable, value]) =>
    findUnset(value, syntax, surroundingsOf(host)).map(({ name, fix }) =>
      finding('warn', `${about} takes ${variable} from ${name}, which is not set here`, fix),
    ),
  );
}

/** The settings that the server would read. One with another database would be examined by nobody. */
function checkSettings({ syntax }: ClientFile, about: string, { env }: ServerEntry, host: Host): Finding[] {
  const around = surroundingsOf(host);
  // What only the editor knows is not known here.
  if (expand(env['BREAKWATER_DB'] ?? '', syntax, around).includes('${')) return [];
  try {
    const { databasePath } = parseSettings({ ...host.env, ...expandAll(env, syntax, around) }, around.project);
    if (databasePath === host.settings().databasePath) return [];
    return [
      finding(
        'warn',
        `${about} uses the database ${databasePath}, not the one examined here`,
        `Examine that one: BREAKWATER_DB=${databasePath} breakwater doctor`,
      ),
    ];
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return [finding('broken', `${about}: ${thrown.message}`, 'Correct the variable there, or leave it out.')];
  }
}
