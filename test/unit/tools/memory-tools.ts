import { silentLog } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redact.ts';
import type { Tool, ToolContext } from '../../../src/core/tool.ts';
import type { MemoryStore } from '../../../src/memory/memory-store.ts';
import { callTool } from '../../../src/tools/call-tool.ts';

const CALLER = { workspace: '/projects/shop', agent: 'claude-code', sessionId: 'session-1' };

/** Calls a memory tool as the server does; answers the structured part, or the parsed text of an error. */
export async function callMemoryTool(
  tool: Tool<{ memory: MemoryStore }>,
  memory: MemoryStore,
  args: object,
  caller: Partial<ToolContext['caller']> = {},
): Promise<{ isError: boolean; length: number; answer: Record<string, unknown> }> {
  const context: ToolContext = {
    signal: new AbortController().signal,
    caller: { ...CALLER, ...caller },
    progress: () => {},
    confirm: () => Promise.resolve(),
  };
  const options = { deps: { memory }, redactor: new Redactor(), log: silentLog };
  const { text, structured, isError } = await callTool(tool, args, context, options);
  const answer = structured ?? (JSON.parse(text) as Record<string, unknown>);
  return { isError, length: text.length, answer };
}
