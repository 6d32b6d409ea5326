import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { codeOf } from '../../core/errors.ts';
import { tools } from '../../tools/registry.ts';

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
  /** Claude Code plugins that are switched on. */
  plugins: string[];
  /** True for a file that others get with the project. */
  isShared: boolean;
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
  const nothing = { path, entries: [], plugins: [], isShared };
  try {
    const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
    const parsed = file.safeParse(JSON.parse(text));
    if (!parsed.success) return { ...nothing, problem: 'it is not an object' };
    const { mcpServers, servers: others, projects = {}, enabledPlugins = {} } = parsed.data;
    const { data: own } = projectState.safeParse(projects[project]);
    const disabled = new Set([...(own?.disabledMcpServers ?? []), ...(own?.disabledMcpjsonServers ?? [])]);
    const all = { ...mcpServers, ...others, ...own?.mcpServers };
    return {
      ...nothing,
      entries: Object.entries(all).flatMap(([name, value]) => readEntry(name, value, disabled)),
      plugins: Object.keys(enabledPlugins).filter((name) => enabledPlugins[name] === true && MENTION.test(name)),
    };
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return undefined;
    return {
      ...nothing,
      problem: thrown instanceof SyntaxError ? 'it is not JSON' : `it cannot be read (${codeOf(thrown)})`,
    };
  }
}

function readEntry(name: string, value: unknown, disabled: ReadonlySet<string>): ServerEntry[] {
  const parsed = entry.safeParse(value);
  if (!parsed.success) return [];
  const { command, args, env, disabled: isOff = false } = parsed.data;
  if (![name, command, ...args].some((word) => MENTION.test(word))) return [];
  const toolNameLength = `mcp__${name}__`.length + LONGEST_TOOL_NAME;
  return [{ name, command, args, env, isDisabled: isOff || disabled.has(name), toolNameLength }];
}
