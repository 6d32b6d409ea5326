import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Transport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { ClientCapabilities, ElicitResult, ListRootsResult } from '@modelcontextprotocol/sdk/types.js';
import { ElicitRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { App } from '../../src/app.ts';
import { createApp } from '../../src/app.ts';
import type { Log } from '../../src/core/log.ts';
import { Redactor } from '../../src/core/redact.ts';
import type { Offer } from '../../src/core/toolset.ts';
import { McpEdge } from '../../src/protocol/edge.ts';
import { BothErasEdge } from '../../src/protocol/edge-both-eras.ts';
import { buildInstructions } from '../../src/protocol/instructions.ts';
import type { ServingParts } from '../../src/protocol/workplace.ts';
import { createSecrets, settingsAt } from '../../src/settings.ts';
import type { ToolDeps } from '../../src/tools/registry.ts';
import { Offered } from '../../src/tools/toolsets.ts';
import { databasePath } from '../support/database.ts';
import { asFirstClient, createSecondClient, ERA } from '../support/era.ts';
import type { ToolResult } from '../support/server-process.ts';
import { callTool, onTestEnd } from '../support/server-process.ts';

export interface InMemoryOptions {
  env?: Record<string, string>;
  allowLive?: boolean;
  databasePath?: string;
  capabilities?: ClientCapabilities;
  /** What is offered; all by default. */
  offer?: Partial<Offer>;
  /** Folders that the client says it works in, read at each question; the server asks for them then. */
  roots?: string[];
  /** Milliseconds before the client's first answer to that question. */
  rootsDelayMs?: number;
  /** Answers the server's questions to the person. */
  elicit?: (message: string) => Promise<ElicitResult> | ElicitResult;
}

export interface InMemoryServer {
  client: Client;
  edge: Pick<McpEdge<ToolDeps>, 'idle' | 'drain'>;
  warnings: string[];
  /** How often the parts behind the edge were loaded. */
  loads(): number;
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
}

/** What the edges serve, in this process; closed after the test. */
export function openParts(options: InMemoryOptions = {}) {
  const { env = {}, allowLive = false } = options;
  const path = options.databasePath ?? databasePath();
  // The project is the database's folder: a repository, unless the test has its own.
  if (options.databasePath === undefined) {
    writeFileSync(join(dirname(path), 'package.json'), '{"name":"@till/root"}');
  }
  const redactor = new Redactor();
  const warnings: string[] = [];
  const warn = (fields: object, message: string) => void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: () => {}, info: () => {}, warn, error: warn };
  const caller = { workspace: '/projects/shop', agent: '', sessionId: undefined };
  const settings = {
    ...caller,
    projectRoot: dirname(path),
    projectIsGuessed: options.roots !== undefined,
    databasePath: path,
    allowLive,
    protocol: '2025' as const,
    offer: { toolsets: undefined, readOnly: false, ...options.offer },
    logLevel: 'silent' as const,
    telemetry: false,
    memoryLimit: undefined,
    libraryPackage: '@metasaver/multi-mono',
  };
  const apps: App[] = [];
  const parts: ServingParts<ToolDeps> = {
    version: '0.0.0-test',
    instructions: buildInstructions(new Offered(settings.offer)),
    caller,
    redactor,
    log,
    asksForRoots: options.roots !== undefined,
    async load(root) {
      const app = createApp(settingsAt(root, settings), createSecrets(env, redactor), log);
      apps.push(app);
      return app;
    },
  };
  onTestEnd(async () => {
    await Promise.all(apps.map((app) => app.close()));
  });
  return { parts, warnings, loads: () => apps.length };
}

/** The real server behind the official client, without a process and a pipe between them. */
export async function connectInMemory(options: InMemoryOptions = {}): Promise<InMemoryServer> {
  const { elicit, roots = [], rootsDelayMs = 0 } = options;
  const { parts, warnings, loads } = openParts(options);
  let asked = 0;
  const capabilities = {
    ...options.capabilities,
    ...(options.roots === undefined ? {} : { roots: { listChanged: true } }),
  };
  const { client, edge } = await (ERA === undefined ? connectFirst : connectSecond)(parts, capabilities, elicit, {
    list: async () => {
      const delayMs = asked === 0 ? rootsDelayMs : 0;
      asked += 1;
      if (delayMs > 0) await wait(delayMs);
      return { roots: roots.map((uri) => ({ uri })) };
    },
  });
  onTestEnd(() => client.close());
  return {
    client,
    edge,
    warnings,
    loads,
    call: (name, args = {}) => callTool(client, name, args),
  };
}

type Elicit = InMemoryOptions['elicit'];

async function connectFirst(
  parts: ServingParts<ToolDeps>,
  capabilities: ClientCapabilities,
  elicit: Elicit,
  roots: { list(): Promise<ListRootsResult> },
) {
  const edge = new McpEdge(parts);
  const client = new Client({ name: 'in-memory-client', version: '1.0.0' }, { capabilities });
  if (elicit !== undefined) client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicit(params.message));
  if (capabilities.roots !== undefined) client.setRequestHandler(ListRootsRequestSchema, roots.list);
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await edge.connect(serverSide);
  await client.connect(clientSide);
  return { client, edge };
}

async function connectSecond(
  parts: ServingParts<ToolDeps>,
  capabilities: ClientCapabilities,
  elicit: Elicit,
  roots: { list(): Promise<ListRootsResult> },
) {
  const edge = new BothErasEdge(parts);
  const client = createSecondClient('in-memory-client', '1.0.0', capabilities);
  if (elicit !== undefined) {
    client.setRequestHandler(
      'elicitation/create',
      ({ params }) => elicit(params.message) as Promise<{ action: 'accept' }>,
    );
  }
  if (capabilities.roots !== undefined) client.setRequestHandler('roots/list', roots.list);
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  edge.connect(serverSide as Transport);
  await client.connect(clientSide as Transport);
  return { client: asFirstClient(client), edge };
}
