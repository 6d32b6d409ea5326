import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  RootsListChangedNotificationSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { askForRoot, elicitWith, progressReporter } from './ask-client.ts';
import { toCompletionRequest } from './complete.ts';
import { ProtocolFault } from './fault.ts';
import type { LogSeverity } from './log-line.ts';
import { LOG_SEVERITY, parseLogLine } from './log-line.ts';
import type { RequestFacts, ServingParts } from './serving.ts';
import { Serving } from './serving.ts';
import { Subscriptions } from './subscriptions.ts';
import { CAPABILITIES, SERVER_INFO, toCallToolResult } from './wire.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** The edge for protocol versions up to 2025-11-25, on the SDK's first generation. */
export class McpEdge<Deps> {
  readonly sdk: Server;
  readonly #serving: Serving<Deps>;
  #logLevel: LogSeverity | undefined;
  readonly #subscriptions = new Subscriptions({
    version: (uri) => this.#serving.version(uri, this.#agent()).catch(() => undefined),
    notify: (uri) => this.sdk.sendResourceUpdated({ uri }),
  });

  constructor(parts: ServingParts<Deps>) {
    this.#serving = new Serving(parts, {
      firstRoot: (timeoutMs) => askForRoot(this.sdk, timeoutMs),
      notifyListChanged: () => this.sdk.sendResourceListChanged(),
    });
    const { version, instructions, log } = parts;
    this.sdk = new Server(
      { ...SERVER_INFO, version },
      { capabilities: { ...CAPABILITIES, logging: {} }, instructions },
    );
    this.#handleTools();
    this.#handleResources();
    this.#handleSubscriptions();
    this.#handlePrompts();
    this.sdk.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
      this.#logLevel = params.level;
      return {};
    });
    this.sdk.setNotificationHandler(RootsListChangedNotificationSchema, () => this.#serving.rootsChanged());
    this.sdk.onerror = (error) => log.warn({ cause: error.message }, 'protocol error');
  }

  connect(transport: Transport): Promise<void> {
    return this.sdk.connect(transport);
  }

  /** Passes a line of the log on to a client that asked for its level. */
  forwardLog(line: string): void {
    const message = parseLogLine(line);
    if (this.#logLevel === undefined || message === undefined) return;
    if (LOG_SEVERITY.indexOf(message.level) < LOG_SEVERITY.indexOf(this.#logLevel)) return;
    this.sdk.sendLoggingMessage(message).catch(() => {});
  }

  idle(): Promise<void> {
    return this.#serving.idle();
  }

  drain(): Promise<void> {
    this.#subscriptions.stop();
    return this.#serving.drain();
  }

  #handleTools(): void {
    const serving = this.#serving;
    this.sdk.setRequestHandler(ListToolsRequestSchema, () => serving.listTools());
    this.sdk.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
      const answer = await serving.callTool(params.name, params.arguments, this.#facts(extra));
      return toCallToolResult(answer);
    });
  }

  #handleResources(): void {
    const serving = this.#serving;
    this.sdk.setRequestHandler(ListResourcesRequestSchema, ({ params }) =>
      serving.listResources(params?.cursor, this.#agent()),
    );
    this.sdk.setRequestHandler(ListResourceTemplatesRequestSchema, () => serving.listTemplates());
    this.sdk.setRequestHandler(ReadResourceRequestSchema, ({ params }) =>
      serving.readResource(params.uri, this.#agent()),
    );
  }

  #handleSubscriptions(): void {
    this.sdk.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }) => {
      await this.#serving.version(uri, this.#agent());
      if (!(await this.#subscriptions.add(uri))) {
        throw new ProtocolFault('invalid_params', 'There is nothing at this address, or too many are subscribed to.');
      }
      return {};
    });
    this.sdk.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
      this.#subscriptions.remove(uri);
      return {};
    });
  }

  #handlePrompts(): void {
    const serving = this.#serving;
    this.sdk.setRequestHandler(ListPromptsRequestSchema, () => serving.listPrompts());
    this.sdk.setRequestHandler(GetPromptRequestSchema, ({ params }) =>
      serving.getPrompt(params.name, params.arguments ?? {}, this.#agent()),
    );
    this.sdk.setRequestHandler(CompleteRequestSchema, ({ params }) =>
      serving.complete(toCompletionRequest(params), this.#agent()),
    );
  }

  #facts(extra: Extra): RequestFacts {
    const progress = progressReporter(extra._meta?.progressToken, extra.sendNotification);
    return { signal: extra.signal, agent: this.#agent(), progress, elicit: this.#elicit() };
  }

  #agent(): string | undefined {
    return this.sdk.getClientVersion()?.name;
  }

  #elicit(): RequestFacts['elicit'] {
    if (this.sdk.getClientCapabilities()?.elicitation?.form === undefined) return undefined;
    return elicitWith((request, options) => this.sdk.elicitInput(request, options), this.#serving.parts.log);
  }
}
