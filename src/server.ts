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
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { AppError, abortError, messageOf } from './core/errors.ts';
import type { Log } from './core/log.ts';
import type { Redactor } from './core/redact.ts';
import type { Resource, ResourceEntry } from './core/resource.ts';
import type { Caller, Tool, ToolContext } from './core/tool.ts';
import { describeTool } from './describe-tool.ts';
import { findResource } from './find-resource.ts';
import { Subscriptions } from './subscriptions.ts';
import { callTool } from './tools/call-tool.ts';
import type { Confirmations, Elicit } from './tools/confirmation.ts';

/** What the edge serves. */
export interface Toolbox<Deps> {
  tools: readonly Tool<Deps>[];
  resources: readonly Resource<Deps>[];
  deps: Deps;
  confirmations: Confirmations;
}

export interface ServerParts<Deps> {
  version: string;
  instructions: string;
  /** What is known of the caller; an empty agent is replaced by the client's name. */
  caller: Caller;
  redactor: Redactor;
  log: Log;
  /** Called at the first use of a tool or resource, so that a client is welcomed before anything heavy is loaded. */
  load(): Promise<Toolbox<Deps>>;
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
  readonly #subscriptions = new Subscriptions({
    version: (uri) => this.#version(uri).catch(() => undefined),
    notify: (uri) => this.sdk.sendResourceUpdated({ uri }),
  });
  #loading: Promise<Toolbox<Deps>> | undefined;

  constructor(parts: ServerParts<Deps>) {
    this.#parts = parts;
    this.sdk = new Server(
      { name: 'breakwater', title: 'Breakwater', version: parts.version },
      { capabilities: { tools: {}, resources: { subscribe: true } }, instructions: parts.instructions },
    );
    this.#handleTools();
    this.#handleResources();
    this.#handleSubscriptions();
    this.sdk.onerror = (error) => parts.log.warn({ cause: error.message }, 'protocol error');
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
    this.#subscriptions.stop();
    await Promise.allSettled(this.#inFlight);
  }

  #handleTools(): void {
    this.sdk.setRequestHandler(ListToolsRequestSchema, async () => {
      const { tools } = await this.#toolbox();
      return { tools: tools.map(describeTool) };
    });
    this.sdk.setRequestHandler(CallToolRequestSchema, ({ params }, extra) =>
      this.#track(this.#callTool(params.name, params.arguments, extra)),
    );
  }

  async #callTool(name: string, args: unknown, extra: Extra): Promise<CallToolResult> {
    const { tools, deps, confirmations } = await this.#toolbox();
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) {
      const known = tools.map((candidate) => candidate.name).join(', ');
      throw new McpError(ErrorCode.InvalidParams, `Unknown tool. Known tools: ${known}`);
    }
    const { redactor, log } = this.#parts;
    const answer = await callTool(tool, args, this.#context(extra, confirmations), { deps, redactor, log });
    const content = [{ type: 'text' as const, text: answer.text }];
    return answer.structured === undefined
      ? { content, isError: answer.isError }
      : { content, structuredContent: answer.structured };
  }

  #handleResources(): void {
    this.sdk.setRequestHandler(ListResourcesRequestSchema, async () => {
      const { resources, deps } = await this.#toolbox();
      const lists = await Promise.all(resources.map((resource) => this.#list(resource, deps)));
      return { resources: lists.flat().map((entry) => ({ ...entry, mimeType: 'application/json' })) };
    });
    this.sdk.setRequestHandler(ListResourceTemplatesRequestSchema, async () => {
      const { resources } = await this.#toolbox();
      const templates = resources.filter(({ uriTemplate }) => uriTemplate.includes('{'));
      const resourceTemplates = templates.map(({ name, title, description, uriTemplate }) => ({
        name,
        title,
        description,
        uriTemplate,
        mimeType: 'application/json',
      }));
      return { resourceTemplates };
    });
    this.sdk.setRequestHandler(ReadResourceRequestSchema, async ({ params }) => {
      const text = await this.#track(this.#read(params.uri));
      return { contents: [{ uri: params.uri, mimeType: 'application/json', text }] };
    });
  }

  #handleSubscriptions(): void {
    this.sdk.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }) => {
      const { resources } = await this.#toolbox();
      const found = findResource(resources, uri);
      if (found === undefined) throw new McpError(ErrorCode.InvalidParams, 'There is no such resource.');
      if (found.resource.version === undefined) {
        throw new McpError(ErrorCode.InvalidParams, 'This resource cannot be subscribed to.');
      }
      if (!(await this.#subscriptions.add(uri))) {
        throw new McpError(ErrorCode.InvalidParams, 'There is nothing at this address, or too many are subscribed to.');
      }
      return {};
    });
    this.sdk.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
      this.#subscriptions.remove(uri);
      return {};
    });
  }

  async #version(uri: string): Promise<string | undefined> {
    const { resources, deps } = await this.#toolbox();
    const found = findResource(resources, uri);
    return found?.resource.version?.(found.variable, deps, this.#caller());
  }

  /** What cannot be listed now (a database that is away) must not hide the rest. */
  async #list(resource: Resource<Deps>, deps: Deps): Promise<ResourceEntry[]> {
    try {
      return await resource.list(deps, this.#caller());
    } catch (thrown) {
      this.#parts.log.warn({ resource: resource.name, cause: messageOf(thrown) }, 'resource not listed');
      return [];
    }
  }

  async #read(uri: string): Promise<string> {
    const { resources, deps } = await this.#toolbox();
    const { redactor, log } = this.#parts;
    const found = findResource(resources, uri);
    if (found === undefined) throw new McpError(ErrorCode.InvalidParams, 'There is no such resource.');
    try {
      const value = await found.resource.read(found.variable, deps, this.#caller());
      return JSON.stringify(redactor.redactValue(value));
    } catch (thrown) {
      if (thrown instanceof AppError) {
        const { code, message, hint } = redactor.redactValue({
          code: thrown.code,
          message: thrown.message,
          hint: thrown.hint,
        });
        throw new McpError(ErrorCode.InvalidParams, message, { code, hint });
      }
      log.error({ uri, error: String(thrown) }, 'resource failed');
      throw new McpError(ErrorCode.InternalError, 'The resource could not be read; the log explains why.');
    }
  }

  #toolbox(): Promise<Toolbox<Deps>> {
    this.#loading ??= this.#parts.load().catch((thrown: unknown) => {
      // What could not be loaded now may be there at the next call.
      this.#loading = undefined;
      throw thrown;
    });
    return this.#loading;
  }

  #track<T>(call: Promise<T>): Promise<T> {
    this.#inFlight.add(call);
    const forget = () => this.#inFlight.delete(call);
    call.then(forget, forget);
    return call;
  }

  #context(extra: Extra, confirmations: Confirmations): ToolContext {
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
      try {
        const result = await this.sdk.elicitInput({ message, requestedSchema }, { signal, timeout: ELICIT_TIMEOUT_MS });
        return result.action;
      } catch (thrown) {
        if (signal.aborted) throw abortError(signal);
        this.#parts.log.warn({ cause: messageOf(thrown) }, 'the client did not ask the person');
        return 'cancel';
      }
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
