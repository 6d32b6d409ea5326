import { createHmac, randomBytes } from 'node:crypto';
import type { ServerContext, Transport } from '@modelcontextprotocol/server';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  inputRequired,
  Server,
} from '@modelcontextprotocol/server';
import { StdioServerTransport as StdioTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { Elicit } from '../tools/confirmation.ts';
import { askForRoot, EMPTY_FORM, elicitWith, progressReporter } from './ask-client.ts';
import { toCompletionRequest } from './complete.ts';
import { ProtocolFault } from './fault.ts';
import { ListenWatch } from './listen-watch.ts';
import type { RequestFacts, ServingParts } from './serving.ts';
import { Serving } from './serving.ts';
import { Subscriptions } from './subscriptions.ts';
import { CAPABILITIES, SERVER_INFO, toCallToolResult } from './wire.ts';

export { StdioTransport };

/** Key of the one question that a tool call may ask. */
const CONSENT = 'consent';

const clientInfo = z.object({ name: z.string() });
/** Who declares no mode can show a form: that was the only one at first. */
const asksByForm = z.union([
  z.object({ elicitation: z.object({ form: z.object({}) }) }),
  z.object({ elicitation: z.strictObject({}) }),
]);
const consent = z.object({ action: z.enum(['accept', 'decline', 'cancel']) });

/** What a call has asked its person, when it has. */
interface Question {
  message: string;
  /** Comes back with the answer: an answer to another question is none. */
  state: string;
}

/**
 * The edge for the stateless protocol of 2026-07-28 and the versions before it, on the SDK's second generation. The client decides at its
 * first message which of them the connection speaks.
 */
export class BothErasEdge<Deps> {
  readonly #serving: Serving<Deps>;
  readonly #key = randomBytes(32);
  readonly #subscriptions: Subscriptions;
  #server: Server | undefined;
  #agent: string | undefined;
  onclose: (() => void) | undefined;

  constructor(parts: ServingParts<Deps>) {
    this.#serving = new Serving(parts, {
      // The stateless protocol has no roots that a server could ask for by itself.
      firstRoot: async (timeoutMs) => this.#server && askForRoot(this.#server, timeoutMs),
      notifyListChanged: async () => this.#server?.sendResourceListChanged(),
    });
    this.#subscriptions = new Subscriptions({
      version: (uri) => this.#serving.version(uri, this.#agent).catch(() => undefined),
      notify: async (uri) => this.#server?.sendResourceUpdated({ uri }),
    });
  }

  connect(transport: Transport): void {
    const { log } = this.#serving.parts;
    const watched = new ListenWatch(transport, this.#subscriptions);
    watched.afterClose = () => this.onclose?.();
    serveStdio(() => this.#createServer(), {
      transport: watched,
      onerror: (error) => log.warn({ cause: error.message }, 'protocol error'),
    });
  }

  idle(): Promise<void> {
    return this.#serving.idle();
  }

  drain(): Promise<void> {
    this.#subscriptions.stop();
    return this.#serving.drain();
  }

  #createServer(): Server {
    const { version, instructions } = this.#serving.parts;
    const server = new Server({ ...SERVER_INFO, version }, { capabilities: CAPABILITIES, instructions });
    this.#handleTools(server);
    this.#handleResources(server);
    this.#handlePrompts(server);
    server.setNotificationHandler('notifications/roots/list_changed', () => this.#serving.rootsChanged());
    this.#server = server;
    return server;
  }

  #handleTools(server: Server): void {
    const serving = this.#serving;
    server.setRequestHandler('tools/list', () => serving.listTools());
    server.setRequestHandler('tools/call', async ({ params }, ctx) => {
      let asked: Question | undefined;
      const elicit = this.#elicit(ctx, server, (question) => {
        asked = question;
      });
      const facts = this.#facts(ctx, server, elicit);
      const answer = await serving.callTool(params.name, params.arguments, facts);
      return asked === undefined ? toCallToolResult(answer) : inputRequiredFor(asked);
    });
  }

  #handleResources(server: Server): void {
    const serving = this.#serving;
    const agent = (ctx: ServerContext) => this.#agentOf(ctx, server);
    server.setRequestHandler('resources/list', ({ params }, ctx) => serving.listResources(params?.cursor, agent(ctx)));
    server.setRequestHandler('resources/templates/list', () => serving.listTemplates());
    server.setRequestHandler('resources/read', ({ params }, ctx) => serving.readResource(params.uri, agent(ctx)));
    server.setRequestHandler('resources/subscribe', async ({ params: { uri } }, ctx) => {
      await serving.version(uri, agent(ctx));
      if (await this.#subscriptions.add(uri)) return {};
      throw new ProtocolFault('invalid_params', 'Too many resources are subscribed to.');
    });
    server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
      this.#subscriptions.remove(uri);
      return {};
    });
  }

  #handlePrompts(server: Server): void {
    const serving = this.#serving;
    const agent = (ctx: ServerContext) => this.#agentOf(ctx, server);
    server.setRequestHandler('prompts/list', () => serving.listPrompts());
    server.setRequestHandler('prompts/get', ({ params }, ctx) =>
      serving.getPrompt(params.name, params.arguments ?? {}, agent(ctx)),
    );
    server.setRequestHandler('completion/complete', ({ params }, ctx) =>
      serving.complete(toCompletionRequest(params), agent(ctx)),
    );
  }

  #facts(ctx: ServerContext, server: Server, elicit: RequestFacts['elicit']): RequestFacts {
    const { signal, _meta, notify } = ctx.mcpReq;
    return {
      signal,
      agent: this.#agentOf(ctx, server),
      progress: progressReporter(_meta?.progressToken, notify),
      elicit,
    };
  }

  #agentOf({ mcpReq }: ServerContext, server: Server): string | undefined {
    const given = clientInfo.safeParse(envelopeOf(mcpReq)[CLIENT_INFO_META_KEY]);
    this.#agent = given.success ? given.data.name : server.getClientVersion()?.name;
    return this.#agent;
  }

  #elicit({ mcpReq }: ServerContext, server: Server, ask: (question: Question) => void): RequestFacts['elicit'] {
    const given = envelopeOf(mcpReq)[CLIENT_CAPABILITIES_META_KEY];
    if (!asksByForm.safeParse(given ?? server.getClientCapabilities()).success) return undefined;
    return given === undefined
      ? elicitWith(mcpReq.elicitInput, this.#serving.parts.log)
      : this.#elicitInRounds(mcpReq, ask);
  }

  /** The first round ends with the question; the second one, with the answer in it, runs the tool again. */
  #elicitInRounds(mcpReq: ServerContext['mcpReq'], ask: (question: Question) => void): Elicit {
    return async (message) => {
      const state = createHmac('sha256', this.#key).update(message).digest('base64url');
      const answer = consent.safeParse(mcpReq.inputResponses?.[CONSENT]);
      if (answer.success && mcpReq.requestState<string>() === state) return answer.data.action;
      ask({ message, state });
      throw new AppError('not_allowed', 'The person has not answered yet.');
    };
  }
}

/** What every request of the stateless protocol says of its client; empty for the versions before it. */
function envelopeOf({ envelope }: ServerContext['mcpReq']): Readonly<Record<string, unknown>> {
  return { ...envelope };
}

function inputRequiredFor({ message, state }: Question) {
  return inputRequired({
    inputRequests: { [CONSENT]: inputRequired.elicit({ message, requestedSchema: EMPTY_FORM }) },
    requestState: state,
  });
}
