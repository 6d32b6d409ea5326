import { fileURLToPath } from 'node:url';
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

/** The path of the first root that is a folder of this machine. */
export function folderOf(roots: readonly { uri: string }[]): string | undefined {
  const url = roots.find(({ uri }) => uri.startsWith('file:///') && URL.canParse(uri))?.uri;
  return url === undefined ? undefined : fileURLToPath(url);
}

/** A person may take their time; the client's own limit comes first. */
export const ELICIT_TIMEOUT_MS = 10 * 60_000;

/** A client that does not answer at once must not hold up its own request. */
export const ROOTS_TIMEOUT_MS = 1_000;

/** A client shows the model only the structured part of a success and only the text of an error: each is complete. */
export function toCallToolResult({ text, structured, isError }: ToolAnswer) {
  const content = [{ type: 'text' as const, text }];
  return structured === undefined ? { content, isError } : { content, structuredContent: structured };
}
