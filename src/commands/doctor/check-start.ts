import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import type { ServerEntry } from './client-files.ts';
import type { Surroundings, Syntax } from './client-variables.ts';
import { expand } from './client-variables.ts';
import type { Finding } from './finding.ts';

/** Clients list tools as `mcp__<server>__<tool>`, with at most this many characters. */
const MAX_TOOL_NAME = 64;
const VERSION_PATIENCE_MS = 2_000;

type Problem = Pick<Finding, 'level' | 'what' | 'fix'>;

/** What keeps a client from starting the server, in words that follow the name of the entry. */
export async function checkStart(entry: ServerEntry, syntax: Syntax, around: Surroundings): Promise<Problem[]> {
  const { isDisabled, toolNameLength } = entry;
  return [
    ...(await checkCommand(entry, syntax, around)),
    ...(isDisabled
      ? [problem('warn', ' is switched off for this project', 'Switch it on again with /mcp in Claude Code.')]
      : []),
    ...(toolNameLength > MAX_TOOL_NAME
      ? [
          problem(
            'broken',
            `: the name makes tool names of ${toolNameLength} characters; ${MAX_TOOL_NAME} is the limit`,
            'Call the server breakwater.',
          ),
        ]
      : []),
  ];
}

function problem(level: Finding['level'], what: string, fix: string): Problem {
  return { level, what, fix };
}

async function checkCommand(entry: ServerEntry, syntax: Syntax, around: Surroundings): Promise<Problem[]> {
  const [command = '', ...args] = [entry.command, ...entry.args].map((word) => expand(word, syntax, around));
  const missing = [command, ...args].find((word) => isAbsolute(word) && !existsSync(word));
  if (missing !== undefined) {
    return [
      problem('broken', ` starts ${missing}, which does not exist`, 'Correct the path, or use: npx -y breakwater-mcp.'),
    ];
  }
  const path = expand(entry.env['PATH'] ?? around.env['PATH'] ?? '', syntax, around);
  if (path === '' || !/^[\w.+-]+$/.test(command)) return [];
  const found = findCommand(command, path);
  if (found === undefined) {
    const fix = `Install ${command}, or give its absolute path; or use: npx -y breakwater-mcp.`;
    return [problem('broken', ` starts ${command}, which is in no folder of PATH`, fix)];
  }
  // Only what this user would start by that name too: a file of a project may name any program.
  const isOurs = command === 'node' && found === findCommand('node', around.env['PATH'] ?? '');
  return isOurs ? checkNode(found) : [];
}

/** The file that a shell would start, in the absolute folders of `path`. */
function findCommand(command: string, path: string): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  const files = folders.flatMap((folder) => endings.map((ending) => join(folder, `${command}${ending}`)));
  return files.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

async function checkNode(node: string): Promise<Problem[]> {
  const version = await new Promise<string>((resolve) => {
    execFile(node, ['--version'], { timeout: VERSION_PATIENCE_MS }, (_error, stdout) => resolve(stdout.trim()));
  });
  const [, needed = ''] = /^>=(\d+\.\d+)$/.exec(packageJson.engines.node) ?? [];
  if (isAtLeast(version, needed)) return [];
  const given = /^v[\d.]+$/.test(version) ? `is ${version}` : 'tells no version';
  return [
    problem(
      'warn',
      ` starts ${node}, which ${given}; ${needed} or later is needed`,
      `Install Node.js ${needed} or later; or give the absolute path of one.`,
    ),
  ];
}

function isAtLeast(version: string, needed: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split('.').map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}
