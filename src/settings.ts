import { resolve } from 'node:path';
import { findDatabasePath } from './core/database-path.ts';
import { AppError } from './core/errors.ts';
import type { LogLevel } from './core/log.ts';
import { LOG_LEVELS } from './core/log.ts';
import { kindOfPlace } from './core/project-folder.ts';
import type { Redactor } from './core/redact.ts';
import type { Secrets } from './core/secrets.ts';
import type { Offer, Toolset } from './core/toolset.ts';
import { TOOLSETS } from './core/toolset.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's own environment; everything else takes it as a value. */
export const environment: Environment = process.env;

export interface Settings {
  /** Absolute path of the database file, symbolic links followed; empty where the user has no home folder and names no file. */
  databasePath: string;
  /** Identity of the project: what is stored belongs to it. */
  workspace: string;
  /** Absolute path of the folder that agents may read and write. */
  projectRoot: string;
  /** True where nothing but the current folder tells the project: a client may know better. */
  projectIsGuessed: boolean;
  /** Who the caller is when the client does not say. */
  agent: string;
  sessionId: string | undefined;
  allowLive: boolean;
  /** Package name of the repository that holds the shared utilities. */
  libraryPackage: string;
  /** Most memories of a workspace; undefined for no limit. */
  memoryLimit: number | undefined;
  protocol: Protocol;
  offer: Offer;
  logLevel: LogLevel;
  /** True when the environment asks for OpenTelemetry. */
  telemetry: boolean;
}

const DEFAULT_LIBRARY = '@metasaver/multi-mono';
/** `2025` serves protocol versions up to 2025-11-25; `auto` also the stateless one of 2026-07-28, as the client chooses. */
const PROTOCOLS = ['2025', 'auto'] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** The variables that a user may set; the README table is generated from this. */
export const SETTINGS = [
  {
    name: 'BREAKWATER_DB',
    default: 'user data folder',
    description: 'Path of the database file; one file serves every agent and session',
  },
  {
    name: 'BREAKWATER_WORKSPACE',
    default: 'project folder',
    description: 'Name of the workspace, where several folders or machines mean the same project',
  },
  {
    name: 'BREAKWATER_AGENT',
    default: "the client's name",
    description: 'Name under which memories and forced breakers are kept',
  },
  {
    name: 'BREAKWATER_ALLOW_LIVE',
    default: 'unset',
    description: '`1` is the consent of a person to live mode; without it no live call leaves',
  },
  {
    name: 'BREAKWATER_MEMORY_LIMIT',
    default: 'none',
    description: 'Most memories of a workspace: above it the superseded, then the least important and oldest go',
  },
  {
    name: 'BREAKWATER_LIBRARY_PACKAGE',
    default: DEFAULT_LIBRARY,
    description: 'Package name of the repository with the shared utilities; all others count as its consumers',
  },
  {
    name: 'BREAKWATER_TOOLSETS',
    default: 'all',
    description: `What agents see (tools, resources, prompts), as a list of sets: ${TOOLSETS.join(', ')}`,
  },
  {
    name: 'BREAKWATER_READ_ONLY',
    default: 'unset',
    description: '`1` offers only tools that change nothing; the webhook listener is left to other servers',
  },
  {
    name: 'BREAKWATER_PROTOCOL',
    default: '2025',
    description: '`auto` also serves the stateless protocol of 2026-07-28, as the client chooses',
  },
  { name: 'BREAKWATER_LOG', default: 'info', description: `Log level on stderr: ${LOG_LEVELS.join(', ')}` },
  {
    name: 'OTEL_*',
    default: 'unset',
    description: 'Spans and metrics through `@opentelemetry/sdk-node`, when that is installed beside Breakwater',
  },
] as const;

/** Clients pass an unset `${NAME}` on as that literal text. */
const PLACEHOLDER = /^\$\{.*\}$/s;

/** The value of a variable; empty and a literal `${NAME}` count as unset. */
export function read(env: Environment, name: string): string | undefined {
  const value = env[name];
  // A name such as `valueOf` finds a function that every object has.
  return typeof value !== 'string' || value.trim() === '' || PLACEHOLDER.test(value) ? undefined : value;
}

/** Parses the environment once. Throws `invalid_input` that names the variable. */
export function parseSettings(env: Environment, cwd: string): Settings {
  const projectRoot = resolve(cwd, read(env, 'CLAUDE_PROJECT_DIR') ?? '.');
  return {
    databasePath: findDatabasePath((name) => read(env, name), cwd),
    workspace: read(env, 'BREAKWATER_WORKSPACE') ?? projectRoot,
    projectRoot,
    projectIsGuessed: ['BREAKWATER_WORKSPACE', 'CLAUDE_PROJECT_DIR'].every((name) => read(env, name) === undefined),
    agent: read(env, 'BREAKWATER_AGENT') ?? '',
    sessionId: read(env, 'CLAUDE_CODE_SESSION_ID'),
    allowLive: parseFlag('BREAKWATER_ALLOW_LIVE', read(env, 'BREAKWATER_ALLOW_LIVE')),
    libraryPackage: read(env, 'BREAKWATER_LIBRARY_PACKAGE') ?? DEFAULT_LIBRARY,
    memoryLimit: parseLimit(read(env, 'BREAKWATER_MEMORY_LIMIT')),
    offer: {
      toolsets: parseToolsets(read(env, 'BREAKWATER_TOOLSETS')),
      readOnly: parseFlag('BREAKWATER_READ_ONLY', read(env, 'BREAKWATER_READ_ONLY')),
    },
    protocol: parseProtocol(read(env, 'BREAKWATER_PROTOCOL')),
    logLevel: parseLogLevel(read(env, 'BREAKWATER_LOG')),
    telemetry: wantsTelemetry(env),
  };
}

/**
 * The settings in the folder that the client says it works in. It names the workspace; where it is no folder of this machine, as in a
 * container, the project stays where the server was started.
 */
export function settingsAt(root: string | undefined, settings: Settings): Settings {
  if (root === undefined) return settings;
  const projectRoot = kindOfPlace(root) === 'folder' ? root : settings.projectRoot;
  return { ...settings, workspace: root, projectRoot };
}

/** Names under which environments hold secrets, ours and those of other programs. */
const SECRET_NAME = /(?:^|_)(?:KEYS?|SECRETS?|TOKENS?|PASSWORD|PASSWD|CREDENTIALS?)(?:_|$)/i;

/**
 * Before the names of the options that a plugin of Claude Code asked its user for. They come second: an option left empty is set all the
 * same, and must not hide what the user's own environment holds.
 */
const PLUGIN_OPTION = 'CLAUDE_PLUGIN_OPTION_';

/**
 * Looks secrets up in the environment. The redactor learns every value read, and from the start every value whose name says that it
 * is a secret: a server inherits those of other programs too.
 */
export function createSecrets(env: Environment, redactor: Redactor): Secrets {
  const names = new Set<string>();
  for (const name of Object.keys(env)) {
    const value = SECRET_NAME.test(name) ? read(env, name) : undefined;
    if (value === undefined || !looksRandom(value)) continue;
    redactor.learn(value);
    names.add(name);
  }
  return {
    names: () => [...names],
    mask: (text) => redactor.redact(text),
    get(name) {
      const value = read(env, name) ?? read(env, `${PLUGIN_OPTION}${name}`);
      if (value === undefined) return undefined;
      redactor.learn(value);
      names.add(name);
      return value;
    },
  };
}

/** `SECRET_BACKEND=production` is no secret: masking the word everywhere would do harm. */
function looksRandom(value: string): boolean {
  return value.length >= 12 && /\d/.test(value);
}

function wantsTelemetry(env: Environment): boolean {
  if (read(env, 'OTEL_SDK_DISABLED') === 'true') return false;
  return Object.keys(env).some((name) => name.startsWith('OTEL_') && read(env, name) !== undefined);
}

function parseFlag(name: string, value: string | undefined): boolean {
  if (value === undefined || value === '0' || value === 'false') return false;
  if (value === '1' || value === 'true') return true;
  throw new AppError('invalid_input', `${name} must be 1 or 0.`);
}

function parseToolsets(value: string | undefined): Toolset[] | undefined {
  return value?.split(',').map((text, index) => {
    const name = text.trim();
    const toolset = TOOLSETS.find((known) => known === name);
    if (toolset !== undefined) return toolset;
    const mistake = name === '' ? 'empty: is there a comma too many?' : 'no set that is known.';
    const sets = `The sets: ${TOOLSETS.join(', ')}.`;
    throw new AppError('invalid_input', `Name ${index + 1} in BREAKWATER_TOOLSETS is ${mistake} ${sets}`);
  });
}

function parseLimit(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,11}$/.test(value)) return Number(value);
  throw new AppError('invalid_input', 'BREAKWATER_MEMORY_LIMIT must be a whole number above 0.');
}

function parseProtocol(value: string | undefined): Protocol {
  const protocol = PROTOCOLS.find((known) => known === (value ?? '2025'));
  if (protocol !== undefined) return protocol;
  throw new AppError('invalid_input', `BREAKWATER_PROTOCOL must be one of ${PROTOCOLS.join(', ')}.`);
}

function parseLogLevel(value: string | undefined): LogLevel {
  const level = LOG_LEVELS.find((known) => known === (value ?? 'info'));
  if (level !== undefined) return level;
  throw new AppError('invalid_input', `BREAKWATER_LOG must be one of ${LOG_LEVELS.join(', ')}.`);
}
