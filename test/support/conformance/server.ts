/** The real edge and the real tools on stdio, with the fixtures of the conformance suite beside them: an entry for tests only. */
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { createApp } from '../../../src/app.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redact.ts';
import { McpEdge } from '../../../src/protocol/edge.ts';
import { LineTransport } from '../../../src/protocol/edge-transport.ts';
import { Serving } from '../../../src/protocol/serving.ts';
import { createSecrets, parseSettings } from '../../../src/settings.ts';
import { CITIES, JSON_SCHEMA_2020_12, PROMPTS, RESOURCES, readTemplate, TEMPLATE, TOOLS } from './fixtures.ts';

const redactor = new Redactor();
const settings = parseSettings(process.env, process.cwd());
const parts = {
  version: '0.0.0-conformance',
  instructions: 'A server under test.',
  caller: { workspace: settings.workspace, agent: '', sessionId: undefined },
  redactor,
  log: silentLog,
  asksForRoots: false,
  load: async () => createApp(settings, createSecrets(process.env, redactor), silentLog),
};
const edge = new McpEdge(parts);
const real = new Serving(parts, { firstRoot: async () => undefined, notifyListChanged: async () => {} });
const { sdk } = edge;

const schemaOf = (name: string) =>
  name === 'json_schema_2020_12_tool' ? JSON_SCHEMA_2020_12 : { type: 'object' as const, properties: {} };

sdk.setRequestHandler(ListToolsRequestSchema, async () => {
  const { tools } = await real.listTools();
  const fixtures = Object.keys(TOOLS).map((name) => ({ name, description: name, inputSchema: schemaOf(name) }));
  return { tools: [...tools, ...fixtures] };
});
sdk.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
  const run = TOOLS[params.name];
  if (run === undefined) throw new Error('The suite calls its fixtures only.');
  return run((params.arguments ?? {}) as Record<string, string>, extra, sdk);
});
sdk.setRequestHandler(ListResourcesRequestSchema, async () => {
  const { resources } = await real.listResources(undefined, undefined);
  return { resources: [...resources, ...RESOURCES.map(({ uri, mimeType }) => ({ uri, mimeType, name: uri }))] };
});
sdk.setRequestHandler(ListResourceTemplatesRequestSchema, async () => {
  const { resourceTemplates } = await real.listTemplates();
  return { resourceTemplates: [...resourceTemplates, { name: 'template', uriTemplate: TEMPLATE }] };
});
sdk.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
  const fixture = RESOURCES.find((resource) => resource.uri === uri) ?? readTemplate(uri);
  return fixture === undefined ? real.readResource(uri, undefined) : { contents: [fixture] };
});
sdk.setRequestHandler(SubscribeRequestSchema, () => ({}));
sdk.setRequestHandler(ListPromptsRequestSchema, async () => {
  const { prompts } = await real.listPrompts();
  const fixtures = Object.entries(PROMPTS).map(([name, { arguments: names }]) => ({
    name,
    description: name,
    arguments: names.map((each) => ({ name: each, description: each, required: true })),
  }));
  return { prompts: [...prompts, ...fixtures] };
});
sdk.setRequestHandler(GetPromptRequestSchema, async ({ params }) => {
  const fixture = PROMPTS[params.name];
  return fixture === undefined
    ? real.getPrompt(params.name, params.arguments ?? {}, undefined)
    : fixture.get(params.arguments ?? {});
});
sdk.setRequestHandler(CompleteRequestSchema, ({ params: { argument } }) => {
  const values = CITIES.filter((city) => city.startsWith(argument.value));
  return { completion: { values, total: values.length, hasMore: false } };
});

await edge.connect(new LineTransport(process.stdin, process.stdout, silentLog));
process.stdin.on('end', () => process.exit(0));
