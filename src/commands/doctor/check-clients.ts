import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Secrets } from '../../core/secrets.ts';
import type { Host } from '../host.ts';
import type { ClientFile, ServerEntry } from './client-files.ts';
import { readClientFile } from './client-files.ts';
import type { Finding } from './finding.ts';

/** Where clients keep their servers: of the project, and of the user. */
const PROJECT_FILES = ['.mcp.json', '.cursor/mcp.json', '.vscode/mcp.json'];
const USER_FILES = ['.claude.json', '.cursor/mcp.json'];

export async function checkClients(host: Host): Promise<Finding[]> {
  const { projectRoot } = host.settings();
  const paths = [
    ...PROJECT_FILES.map((name) => join(projectRoot, name)),
    ...USER_FILES.map((name) => join(homedir(), name)),
    ...[projectRoot, homedir()].map((folder) => join(folder, '.claude/settings.json')),
  ];
  const files = (await Promise.all([...new Set(paths)].map((path) => readClientFile(path, projectRoot)))).filter(
    (file) => file !== undefined,
  );
  const findings = files.flatMap((file) => checkFile(file, host));
  const isKnown = files.some(({ entries, plugins }) => entries.length + plugins.length > 0);
  if (isKnown || findings.length > 0) return findings;
  return [
    finding(
      'warn',
      'no client here is set up to start Breakwater',
      'claude mcp add breakwater -- npx -y breakwater-mcp, or an entry in .mcp.json as in the README.',
    ),
  ];
}

function finding(level: Finding['level'], what: string, fix?: string): Finding {
  return { area: 'clients', level, what, fix };
}

function checkFile({ path, problem, entries, plugins, isShared }: ClientFile, host: Host): Finding[] {
  if (problem !== undefined)
    return [finding('broken', `${path}: ${problem}`, 'Correct it: clients ignore the whole file.')];
  return [
    ...plugins.map((name) => finding('ok', `${path}: the plugin ${name} is on`)),
    ...entries.flatMap((entry) => {
      const problems = [...checkCommand(path, entry), ...checkEnv(path, entry, isShared, host)];
      const isBroken = problems.some(({ level }) => level === 'broken');
      return isBroken
        ? problems
        : [finding('ok', `${path}: "${entry.name}" starts it with ${entry.command}`), ...problems];
    }),
  ];
}

function checkCommand(path: string, { name, command, args, isDisabled, toolNameLength }: ServerEntry): Finding[] {
  const findings: Finding[] = [];
  const missing = [command, ...args].find((word) => isAbsolute(word) && !existsSync(word));
  if (missing !== undefined) {
    findings.push(
      finding(
        'broken',
        `${path}: "${name}" starts ${missing}, which does not exist`,
        'Correct the path, or use npx -y breakwater-mcp.',
      ),
    );
  }
  if (isDisabled) {
    findings.push(
      finding(
        'warn',
        `${path}: "${name}" is switched off for this project`,
        'Switch it on again: /mcp in Claude Code.',
      ),
    );
  }
  if (toolNameLength > 64) {
    findings.push(
      finding(
        'broken',
        `${path}: with the name "${name}" tools get names of ${toolNameLength} characters; 64 is the limit`,
        'Call the server breakwater.',
      ),
    );
  }
  return findings;
}

const REFERENCE = /\$\{([A-Za-z_]\w*)(:-[^}]*)?\}/g;

function checkEnv(path: string, { name, env }: ServerEntry, isShared: boolean, { secrets, redactor }: Host): Finding[] {
  return Object.entries(env).flatMap(([variable, value]) => [
    ...(redactor.find(value) === undefined ? [] : [keyInFile(path, name, variable, isShared)]),
    ...unsetReferences(value, secrets).map((unset) =>
      finding(
        'warn',
        `${path}: "${name}" takes ${variable} from ${unset}, which is not set here`,
        `Set ${unset}, or write \${${unset}:-} where it may be absent.`,
      ),
    ),
  ]);
}

function keyInFile(path: string, name: string, variable: string, isShared: boolean): Finding {
  const what = `${path}: "${name}" holds the value of ${variable}`;
  if (!isShared) return finding('ok', `${what} (a file of yours alone)`);
  return finding(
    'warn',
    `${what}, in a file that is shared`,
    `Write "\${${variable}:-}" there, set the variable in your shell, and replace the key if the file was ever committed.`,
  );
}

/** Variables without a default that are not set: clients pass the reference on as it stands, and it counts as unset. */
function unsetReferences(value: string, secrets: Secrets): string[] {
  return [...value.matchAll(REFERENCE)].flatMap(([, name = '', fallback]) =>
    fallback === undefined && secrets.get(name) === undefined ? [name] : [],
  );
}
