import type { ToolAnswer } from '../tools/call-tool.ts';
import { SERVER_ICONS } from './icons.ts';

export const SERVER_INFO = {
  name: 'breakwater',
  title: 'Breakwater',
  icons: SERVER_ICONS,
};

export const CAPABILITIES = {
  tools: {},
  resources: { subscribe: true, listChanged: true },
  prompts: {},
  completions: {},
};

/** The stateless protocol has no level that a client could set. */
export const LEGACY_CAPABILITIES = { ...CAPABILITIES, logging: {} };

/** A client shows the model only the structured part of a success and only the text of an error: each is complete. */
export function toCallToolResult({ text, structured, isError }: ToolAnswer) {
  const content = [{ type: 'text' as const, text }];
  return structured === undefined ? { content, isError } : { content, structuredContent: structured };
}
