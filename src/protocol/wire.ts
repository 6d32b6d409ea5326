import type { ToolAnswer } from '../tools/call-tool.ts';

/** Two waves that a wall breaks. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#0b7285" stroke-width="2" stroke-linecap="round"><path d="M2 9q3-4 6 0t6 0M2 15q3-4 6 0t6 0"/><path d="M19 4v16" stroke-width="4"/></svg>`;

export const SERVER_INFO = {
  name: 'breakwater',
  title: 'Breakwater',
  icons: [{ src: `data:image/svg+xml,${encodeURIComponent(ICON)}`, mimeType: 'image/svg+xml', sizes: ['any'] }],
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
