import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { CallToolResult, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { AppError } from './core/errors.ts';
import type { Resource } from './core/resource.ts';
import type { Caller, Tool, ToolContext } from './core/tool.ts';
import { describeTool } from './describe-tool.ts';
import { findResource } from './find-resource.ts';
import type { CallOptions } from './tools/call-tool.ts';
import { callTool } from './tools/call-tool.ts';
import type { Confirmations, Elicit } from './tools/confirmation.ts';

export interface ServerParts<Deps> {
  version: string;
  instructions: string;
  tools: readonly Tool<Deps>[];
  resources: readonly Resource<Deps>[];
  options: CallOptions<Deps>;
  confirmations: Confirmations;
  /** What is known of the caller; an empty agent is replaced by the client's name. */
  caller: Caller;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** A person may take their time; the client's own limit comes first. */
const ELICIT_TIMEOUT_MS = 10 * 60_000;

/** The MCP edge: registry in, SDK out. Everything that knows the protocol is in this file. */
export class McpEdge<Deps> {
  readonly sdk: Server;
  readonly #parts: ServerParts<Deps>;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();

  constructor(parts: ServerParts<Deps>) {
    this.#parts = parts;
    this.sdk = new Server(
      { name: 'breakwater', title: 'Breakwater', version: parts.version },
      { capabilities: { tools: {}, resources: {} }, instructions: parts.instructions },
    );
    this.#handleTools();
    this.#handleResources();
    this.sdk.onerror = (error) => parts.options.log.warn({ cause: error.message }, 'protocol error');
  }

  connect(transport: Transport): Promise<void> {
    return this.sdk.connect(transport);
  }

  /** Resolves when no call is in flight. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }

  /** Aborts the calls in flight and resolves when each has been answered. New calls are refused. */
  async drain(): Promise<void> {
    this.#stopping.abort(
      new AppError('cancelled', 'The server is shutting down.', { hint: 'Call again: a new server starts by itself.' }),
    );
    await Promise.allSettled(this.#inFlight);
  }

  #handleTools(): void {
    const { tools, options } = this.#parts;
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    this.sdk.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map(describeTool) }));
    this.sdk.setRequestHandler(CallToolRequestSchema, async ({ params }, extra): Promise<CallToolResult> => {
      const tool = byName.get(params.name);
      if (tool === undefined) {
        throw new McpError(ErrorCode.InvalidParams, `Unknown tool. Known tools: ${[...byName.keys()].join(', ')}`);
      }
      const call = callTool(tool, params.arguments, this.#context(extra), options);
      const { text, structured, isError } = await this.#track(call);
      const content = [{ type: 'text' as const, text }];
      return structured === undefined ? { content, isError } : { content, structuredContent: structured };
    });
  }

  #handleResources(): void {
    const { resources, options } = this.#parts;
    const fixed = (resource: Resource<Deps>) => !resource.uriTemplate.includes('{');
    this.sdk.setRequestHandler(ListResourcesRequestSchema, async () => {
      const lists = await Promise.all(
        resources.map((resource) => resource.list(options.deps, this.#caller()).catch(() => [])),
      );
      return { resources: lists.flat().map((entry) => ({ ...entry, mimeType: 'application/json' })) };
    });
    this.sdk.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
      resourceTemplates: resources
        .filter((resource) => !fixed(resource))
        .map(({ name, title, description, uriTemplate }) => ({
          name,
          title,
          description,
          uriTemplate,
          mimeType: 'application/json',
        })),
    }));
    this.sdk.setRequestHandler(ReadResourceRequestSchema, async ({ params }) => {
      const text = await this.#track(this.#read(params.uri));
      return { contents: [{ uri: params.uri, mimeType: 'application/json', text }] };
    });
  }

  async #read(uri: string): Promise<string> {
    const { resources, options } = this.#parts;
    const found = findResource(resources, uri);
    if (found === undefined) throw new McpError(ErrorCode.InvalidParams, 'There is no such resource.');
    try {
      const value = await found.resource.read(found.variable, options.deps, this.#caller());
      return options.redactor.redact(JSON.stringify(value));
    } catch (thrown) {
      if (thrown instanceof AppError)
        throw new McpError(ErrorCode.InvalidParams, options.redactor.redact(thrown.message));
      options.log.error({ uri, error: String(thrown) }, 'resource failed');
      throw new McpError(ErrorCode.InternalError, 'The resource could not be read; the log explains why.');
    }
  }

  #track<T>(call: Promise<T>): Promise<T> {
    this.#inFlight.add(call);
    const forget = () => this.#inFlight.delete(call);
    call.then(forget, forget);
    return call;
  }

  #context(extra: Extra): ToolContext {
    const { confirmations } = this.#parts;
    const signal = AbortSignal.any([extra.signal, this.#stopping.signal]);
    return {
      signal,
      caller: this.#caller(),
      progress: progressReporter(extra),
      confirm: (request) => confirmations.confirm(request, this.#elicit(signal)),
    };
  }

  #caller(): Caller {
    const { caller } = this.#parts;
    return { ...caller, agent: caller.agent || (this.sdk.getClientVersion()?.name ?? 'unknown') };
  }

  #elicit(signal: AbortSignal): Elicit | undefined {
    if (this.sdk.getClientCapabilities()?.elicitation?.form === undefined) return undefined;
    return async (message) => {
      const requestedSchema = { type: 'object' as const, properties: {} };
      const result = await this.sdk.elicitInput({ message, requestedSchema }, { signal, timeout: ELICIT_TIMEOUT_MS });
      return result.action;
    };
  }
}

/** Progress counts up; the client shows the message. Without a token the client did not ask. */
function progressReporter(extra: Extra): (message: string) => void {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let progress = 0;
  return (message) => {
    progress += 1;
    const params = { progressToken, progress, message };
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => {});
  };
}
