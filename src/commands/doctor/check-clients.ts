import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { realPath } from '../../core/real-path.ts';
import type { Secrets } from '../../core/secrets.ts';
import type { Host } from '../host.ts';
import type { ClientFile, ServerEntry } from './client-files.ts';
import { readClientFile } from './client-files.ts';
import type { Finding } from './finding.ts';

/** Where clients keep their servers: of the project, and of the user. */
const PROJECT_FILES = ['.mcp.json', '.cursor/mcp.json', '.vscode/mcp.json', '.claude/settings.json'];
const USER_FILES = ['.claude.json', '.cursor/mcp.json', '.claude/settings.json'];

/** Clients list tools as `mcp__<server>__<tool>`, with at most this many characters. */
const MAX_TOOL_NAME = 64;

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
export function variablesOf(files: readonly ClientFile[], secrets: Secrets): Set<string> {
  const entries = files.flatMap((file) => file.entries.flatMap(({ env }) => Object.entries(env)));
  return new Set(entries.filter(([, value]) => expand(value, secrets).trim() !== '').map(([name]) => name));
}

export function checkClients(files: readonly ClientFile[], host: Host): Finding[] {
  const findings = files.flatMap((file) => checkFile(file, host));
  if (findings.length > 0) return findings;
  const fix = 'claude mcp add breakwater -- npx -y breakwater-mcp; or write an entry into .mcp.json as in the README.';
  return [finding('warn', 'no client here is set up to start Breakwater', fix)];
}

function finding(level: Finding['level'], what: string, fix?: string): Finding {
  return { area: 'clients', level, what, fix };
}

function checkFile(file: ClientFile, host: Host): Finding[] {
  const { path, problem, entries, plugins } = file;
  if (problem !== undefined) {
    return [finding('broken', `${path}: ${problem}`, 'Correct it: clients ignore the whole file.')];
  }
  return [
    ...plugins.map((name) => finding('ok', `${path}: the plugin ${name} is on`)),
    ...entries.flatMap((entry) => {
      const problems = [
        ...checkStart(path, entry),
        ...checkKeys(file, entry, host),
        ...checkReferences(path, entry, host),
        ...checkDatabasePath(path, entry, host),
      ];
      const isBroken = problems.some(({ level }) => level === 'broken');
      const start = finding('ok', `${path}: "${entry.name}" starts it with ${entry.command}`);
      return isBroken ? problems : [start, ...problems];
    }),
  ];
}

function checkStart(path: string, { name, command, args, isDisabled, toolNameLength }: ServerEntry): Finding[] {
  const about = `${path}: "${name}"`;
  const missing = [command, ...args].find((word) => isAbsolute(word) && !existsSync(word));
  return [
    ...(missing === undefined
      ? []
      : [
          finding(
            'broken',
            `${about} starts ${missing}, which does not exist`,
            'Correct the path, or use: npx -y breakwater-mcp.',
          ),
        ]),
    ...(isDisabled
      ? [finding('warn', `${about} is switched off for this project`, 'Switch it on again with /mcp in Claude Code.')]
      : []),
    ...(toolNameLength > MAX_TOOL_NAME
      ? [
          finding(
            'broken',
            `${about}: the name makes tool names of ${toolNameLength} characters; ${MAX_TOOL_NAME} is the limit`,
            'Call the server breakwater.',
          ),
        ]
      : []),
  ];
}

function checkKeys({ path, isShared }: ClientFile, { name, env }: ServerEntry, { redactor }: Host): Finding[] {
  const held = Object.keys(env).filter((variable) => redactor.find(env[variable] ?? '') !== undefined);
  if (!isShared) return [];
  return held.map((variable) =>
    finding(
      'warn',
      `${path}: "${name}" holds the value of ${variable}, in a file of the project`,
      `Write "\${${variable}:-}" there and set the variable in your shell; replace the key if the file was ever committed.`,
    ),
  );
}

const REFERENCE = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;

/** Variables without a default that are not set: clients pass such a reference on as it stands, and it counts as unset. */
function checkReferences(path: string, { name, env }: ServerEntry, { secrets }: Host): Finding[] {
  return Object.entries(env).flatMap(([variable, value]) =>
    [...value.matchAll(REFERENCE)]
      .filter(([, from = '', fallback]) => fallback === undefined && secrets.get(from) === undefined)
      .map(([, from]) =>
        finding(
          'warn',
          `${path}: "${name}" takes ${variable} from ${from}, which is not set here`,
          `Set ${from}, or write \${${from}:-} where it may be absent.`,
        ),
      ),
  );
}

/** A server with another database would be examined by nobody. */
function checkDatabasePath(path: string, { name, env }: ServerEntry, { secrets, settings }: Host): Finding[] {
  const given = expand(env['BREAKWATER_DB'] ?? '', secrets);
  if (given === '' || realPath(given) === settings().databasePath) return [];
  return [
    finding(
      'warn',
      `${path}: "${name}" uses the database ${given}, not the one examined here`,
      `Examine that one: BREAKWATER_DB=${given} breakwater doctor`,
    ),
  ];
}

function expand(value: string, secrets: Secrets): string {
  return value.replaceAll(
    REFERENCE,
    (_reference, name: string, fallback?: string) => secrets.get(name) ?? fallback ?? '',
  );
}
