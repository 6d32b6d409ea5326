/** What the official conformance suite expects to find on a server: its names, texts and shapes. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type {
  CallToolResult,
  ElicitRequestFormParams,
  GetPromptResult,
  ServerNotification,
  ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
type Run = (args: Record<string, string>, extra: Extra, server: Server) => Promise<CallToolResult>;

/** A transparent pixel, and an empty sound. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=';

const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] });
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' };

async function elicit(server: Server, message: string, properties: object, prefix: string): Promise<CallToolResult> {
  const requestedSchema = { type: 'object', properties } as ElicitRequestFormParams['requestedSchema'];
  const { action, content } = await server.elicitInput({ message, requestedSchema });
  return text(`${prefix}: action=${action}, content=${JSON.stringify(content ?? {})}`);
}

const PERSON = {
  username: { type: 'string', description: 'Name to sign in with' },
  email: { type: 'string', description: 'Address of the mailbox' },
};

const DEFAULTS = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
};

const titled = (...pairs: readonly [string, string][]) => pairs.map(([value, title]) => ({ const: value, title }));

const ENUMS = {
  untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  titledSingle: {
    type: 'string',
    oneOf: titled(['value1', 'First Option'], ['value2', 'Second Option'], ['value3', 'Third Option']),
  },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
  titledMulti: {
    type: 'array',
    items: { anyOf: titled(['value1', 'First Choice'], ['value2', 'Second Choice'], ['value3', 'Third Choice']) },
  },
};

export const TOOLS: Readonly<Record<string, Run>> = {
  test_simple_text: async () => text('This is a simple text response for testing.'),
  test_image_content: async () => ({ content: [image] }),
  test_audio_content: async () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }),
  test_embedded_resource: async () => ({
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  }),
  test_multiple_content_types: async () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      image,
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: JSON.stringify({ test: 'data', value: 123 }),
        },
      },
    ],
  }),
  async test_tool_with_logging(_args, extra) {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
      await wait(50);
    }
    return text('logged');
  },
  async test_error_handling() {
    return { ...text('This tool intentionally returns an error for testing'), isError: true };
  },
  async test_tool_with_progress(_args, extra) {
    const progressToken = extra._meta?.progressToken ?? 0;
    for (const progress of [0, 50, 100]) {
      const params = { progressToken, progress, total: 100 };
      await extra.sendNotification({ method: 'notifications/progress', params });
      await wait(50);
    }
    return text('done');
  },
  async test_sampling({ prompt = '' }, _extra, server) {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
    const { content } = await server.createMessage({ messages, maxTokens: 100 });
    return text(`LLM response: ${content.type === 'text' ? content.text : content.type}`);
  },
  test_elicitation: ({ message = '' }, _extra, server) => elicit(server, message, PERSON, 'User response'),
  test_elicitation_sep1034_defaults: (_args, _extra, server) =>
    elicit(server, 'Check the defaults', DEFAULTS, 'Elicitation completed'),
  test_elicitation_sep1330_enums: (_args, _extra, server) => elicit(server, 'Choose', ENUMS, 'Elicitation completed'),
  json_schema_2020_12_tool: async () => text('ok'),
};

export const JSON_SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: { address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
  properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
  additionalProperties: false,
};

export const RESOURCES = [
  { uri: 'test://static-text', mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  { uri: 'test://static-binary', mimeType: 'image/png', blob: PNG },
  { uri: 'test://watched-resource', mimeType: 'text/plain', text: 'watched' },
];

export const TEMPLATE = 'test://template/{id}/data';

export function readTemplate(uri: string) {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id === undefined) return undefined;
  return {
    uri,
    mimeType: 'application/json',
    text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  };
}

const prompt = (...contents: GetPromptResult['messages'][number]['content'][]): GetPromptResult => ({
  messages: contents.map((content) => ({ role: 'user', content })),
});

export const PROMPTS: Readonly<
  Record<string, { arguments: readonly string[]; get(args: Record<string, string>): GetPromptResult }>
> = {
  test_simple_prompt: {
    arguments: [],
    get: () => prompt({ type: 'text', text: 'This is a simple prompt for testing.' }),
  },
  test_prompt_with_arguments: {
    arguments: ['arg1', 'arg2'],
    get: ({ arg1, arg2 }) => prompt({ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  },
  test_prompt_with_embedded_resource: {
    arguments: ['resourceUri'],
    get: ({ resourceUri = '' }) =>
      prompt(
        {
          type: 'resource',
          resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        },
        { type: 'text', text: 'Please process the embedded resource above.' },
      ),
  },
  test_prompt_with_image: {
    arguments: [],
    get: () => prompt(image, { type: 'text', text: 'Please analyze the image above.' }),
  },
};

/** Values of `arg1`, for the completion scenario. */
export const CITIES = ['paris', 'park', 'party'];
