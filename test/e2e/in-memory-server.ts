import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { ClientCapabilities, ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { App } from '../../src/app.ts';
import { createApp } from '../../src/app.ts';
import type { Log } from '../../src/core/log.ts';
import { Redactor } from '../../src/core/redact.ts';
import { INSTRUCTIONS } from '../../src/instructions.ts';
import { McpEdge } from '../../src/server.ts';
import { createSecrets } from '../../src/settings.ts';
import type { ToolDeps } from '../../src/tools/registry.ts';
import { databasePath } from '../support/database.ts';
import type { ToolResult } from '../support/server-process.ts';
import { callTool, onTestEnd } from '../support/server-process.ts';

export interface InMemoryOptions {
  env?: Record<string, string>;
  allowLive?: boolean;
  databasePath?: string;
  capabilities?: ClientCapabilities;
  /** Answers the server's questions to the person. */
  elicit?: (message: string) => Promise<ElicitResult> | ElicitResult;
}

export interface InMemoryServer {
  client: Client;
  edge: McpEdge<ToolDeps>;
  warnings: string[];
  /** How often the parts behind the edge were loaded. */
  loads(): number;
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
}

/** The real server behind the official client, without a process and a pipe between them. */
export async function connectInMemory(options: InMemoryOptions = {}): Promise<InMemoryServer> {
  const { env = {}, allowLive = false, capabilities = {}, elicit } = options;
  const path = options.databasePath ?? databasePath();
  writeFileSync(join(dirname(path), 'package.json'), '{"name":"@till/root"}');
  const redactor = new Redactor();
  const warnings: string[] = [];
  const warn = (fields: object, message: string) => void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: () => {}, info: () => {}, warn, error: warn };
  const caller = { workspace: '/projects/shop', agent: '', sessionId: undefined };
  const settings = {
    ...caller,
    projectRoot: dirname(path),
    databasePath: path,
    allowLive,
    logLevel: 'silent' as const,
    telemetry: false,
    memoryLimit: undefined,
    libraryPackage: '@metasaver/multi-mono',
  };
  const apps: App[] = [];
  const edge = new McpEdge<ToolDeps>({
    version: '0.0.0-test',
    instructions: INSTRUCTIONS,
    caller,
    redactor,
    log,
    async load() {
      const app = createApp(settings, createSecrets(env, redactor), log);
      apps.push(app);
      return app;
    },
  });
  const client = new Client({ name: 'in-memory-client', version: '1.0.0' }, { capabilities });
  if (elicit !== undefined) client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicit(params.message));
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await edge.connect(serverSide);
  await client.connect(clientSide);
  onTestEnd(async () => {
    await client.close();
    await Promise.all(apps.map((app) => app.close()));
  });
  return { client, edge, warnings, loads: () => apps.length, call: (name, args = {}) => callTool(client, name, args) };
}
