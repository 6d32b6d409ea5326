import { basename, sep } from 'node:path';
import type { Environment } from '../../settings.ts';

/**
 * How a client's file refers to variables: `${NAME}` and `${NAME:-default}` in Claude Code (https://code.claude.com/docs/en/mcp),
 * `${env:NAME}`, `${workspaceFolder}` and others in VS Code and Cursor (https://code.visualstudio.com/docs/reference/variables-reference).
 */
export type Syntax = 'shell' | 'editor';

/** What references are resolved with. */
export interface Surroundings {
  readonly env: Environment;
  readonly home: string;
  /** Absolute path of the project's folder. */
  readonly project: string;
}

const SHELL = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;
const EDITOR = /\$\{([^}]+)\}/g;
/** A name such as only variables of the environment have. */
const ENVIRONMENT_NAME = /^[A-Z_][A-Z0-9_]*$/;

/** The value as the server gets it. A variable that is not set is empty; what only the editor knows (`${input:key}`) stays. */
export function expand(value: string, syntax: Syntax, around: Surroundings): string {
  if (syntax === 'shell') {
    return value.replaceAll(SHELL, (_reference, name: string, fallback?: string) => around.env[name] ?? fallback ?? '');
  }
  return value.replaceAll(EDITOR, (reference, name: string) => ofEditor(name, around) ?? reference);
}

/** Every value as the server gets it. */
export function expandAll(env: Environment, syntax: Syntax, around: Surroundings): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value = '']) => [name, expand(value, syntax, around)]));
}

/** A reference to this variable of the environment that leaves nothing behind when it is not set. */
export function referenceTo(name: string, syntax: Syntax): string {
  return syntax === 'shell' ? `\${${name}:-}` : `\${env:${name}}`;
}

/** What the references in a value lack. */
export interface UnsetReference {
  readonly name: string;
  readonly fix: string;
}

/** Clients pass a reference that they cannot resolve on as it stands, and it counts as unset. */
export function findUnset(value: string, syntax: Syntax, { env }: Surroundings): UnsetReference[] {
  if (syntax === 'shell') {
    return [...value.matchAll(SHELL)].flatMap(([, name = '', fallback]) =>
      fallback === undefined && env[name] === undefined
        ? [{ name, fix: `Set ${name}, or write ${referenceTo(name, syntax)} where it may be absent.` }]
        : [],
    );
  }
  return [...value.matchAll(EDITOR)].flatMap(([, reference = '']) => {
    if (ENVIRONMENT_NAME.test(reference)) {
      return [{ name: reference, fix: `Write ${referenceTo(reference, syntax)}: editors know no other form.` }];
    }
    const [, name] = /^env:(.+)$/.exec(reference) ?? [];
    const isUnset = name !== undefined && env[name] === undefined;
    return isUnset ? [{ name, fix: `Set ${name} where the editor is started.` }] : [];
  });
}

function ofEditor(name: string, { env, home, project }: Surroundings): string | undefined {
  if (name.startsWith('env:')) return env[name.slice('env:'.length)] ?? '';
  const known = new Map([
    ['workspaceFolder', project],
    ['workspaceFolderBasename', basename(project)],
    ['userHome', home],
    ['pathSeparator', sep],
    ['/', sep],
  ]);
  return known.get(name);
}
