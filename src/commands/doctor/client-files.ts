import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { codeOf } from '../../core/errors.ts';
import { isObject, parseJsonc } from '../../repository/project-reader.ts';
import { tools } from '../../tools/registry.ts';
import type { Syntax } from './client-variables.ts';

/** A server of a client that is Breakwater. */
export interface ServerEntry {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  isDisabled: boolean;
  /** Of the longest tool as Claude Code names it: `mcp__<server>__<tool>`. */
  toolNameLength: number;
}

/** What a file of a client says of Breakwater. */
export interface ClientFile {
  path: string;
  /** Why it cannot be read. */
  problem?: string;
  entries: ServerEntry[];
  /** Entries of Breakwater that clients do not take. */
  unreadable: { name: string; problem: string }[];
  /** Claude Code plugins that are switched on. */
  plugins: string[];
  /** True for a file that others get with the project. */
  isShared: boolean;
  syntax: Syntax;
}

/** Clients add fields of their own, and their files hold servers of any kind: what is of another shape is passed over. */
const records = z.record(z.string(), z.unknown()).optional().catch(undefined);
const names = z.array(z.string()).default([]).catch([]);
const entry = z.object({
  command: z.string(),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  disabled: z.boolean().optional(),
});
const editorEntry = entry.extend({
  // Numbers are taken there; null takes a variable away.
  env: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.null()]).transform((value) => String(value ?? '')),
    )
    .default({}),
});
/** What Claude Code keeps of one project. */
const projectState = z.object({ mcpServers: records, disabledMcpServers: names, disabledMcpjsonServers: names });
const file = z.object({
  mcpServers: records,
  /** VS Code's name for it. */
  servers: records,
  projects: records,
  enabledPlugins: records,
});

const MENTION = /breakwater/i;
const LONGEST_TOOL_NAME = Math.max(...tools.map(({ name }) => name.length));

/** Undefined when there is no such file. @param isShared whether others get the file with the project */
export async function readClientFile(
  path: string,
  project: string,
  isShared: boolean,
): Promise<ClientFile | undefined> {
  const syntax: Syntax = /[\\/]\.(?:vscode|cursor)[\\/]/.test(path) ? 'editor' : 'shell';
  const nothing: ClientFile = { path, entries: [], unreadable: [], plugins: [], isShared, syntax };
  try {
    const content = parse(await readFile(path, 'utf8'), syntax);
    if (typeof content === 'string') return { ...nothing, problem: content };
    const { mcpServers, servers: others, projects = {}, enabledPlugins = {} } = content;
    const { data: own } = projectState.safeParse(projects[project]);
    const disabled = new Set([...(own?.disabledMcpServers ?? []), ...(own?.disabledMcpjsonServers ?? [])]);
    const servers = Object.entries({ ...mcpServers, ...others, ...own?.mcpServers }).filter(isOurs);
    return {
      ...nothing,
      ...readEntries(servers, syntax, disabled),
      plugins: Object.keys(enabledPlugins).filter((name) => enabledPlugins[name] === true && MENTION.test(name)),
    };
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return undefined;
    return { ...nothing, problem: `it cannot be read (${codeOf(thrown)})` };
  }
}

/** The content, or why there is none. Editors take comments and trailing commas; elsewhere they cost the whole file. */
function parse(text: string, syntax: Syntax): z.output<typeof file> | string {
  const plain = text.replace(/^\uFEFF/, '');
  const lenient = parseJsonc(plain);
  if (lenient === undefined) return 'it is not JSON';
  if (syntax === 'shell' && !isJson(plain)) return 'it has comments or trailing commas, and so is not JSON';
  return file.safeParse(lenient).data ?? 'it is not an object';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A server with an address and no command is started by nobody here. */
function isOurs([name, value]: [name: string, value: unknown]): boolean {
  if (!isObject(value) || (value['command'] === undefined && value['url'] !== undefined)) return false;
  return MENTION.test(JSON.stringify([name, value['command'], value['args']]));
}

function readEntries(servers: readonly [string, unknown][], syntax: Syntax, disabled: ReadonlySet<string>) {
  const found: Pick<ClientFile, 'entries' | 'unreadable'> = { entries: [], unreadable: [] };
  for (const [name, value] of servers) {
    const { data, error } = (syntax === 'editor' ? editorEntry : entry).safeParse(value);
    if (error !== undefined) {
      const where = error.issues.map(({ path }) => path.join('.')).join(', ');
      found.unreadable.push({ name, problem: `${where} is missing or of another kind` });
      continue;
    }
    const { disabled: isOff = false, ...start } = data;
    const toolNameLength = `mcp__${name}__`.length + LONGEST_TOOL_NAME;
    found.entries.push({ name, ...start, isDisabled: isOff || disabled.has(name), toolNameLength });
  }
  return found;
}
