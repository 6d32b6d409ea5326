import type { ToolAnswer } from '../tools/call-tool.ts';

export const SERVER_INFO = { name: 'breakwater', title: 'Breakwater' };

export const CAPABILITIES = { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {} };

/** A person may take their time; the client's own limit comes first. */
export const ELICIT_TIMEOUT_MS = 10 * 60_000;

/** A client shows the model only the structured part of a success and only the text of an error: each is complete. */
export function toCallToolResult({ text, structured, isError }: ToolAnswer) {
  const content = [{ type: 'text' as const, text }];
  return structured === undefined ? { content, isError } : { content, structuredContent: structured };
}
