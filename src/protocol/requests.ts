import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { toCompletionRequest } from './complete.ts';
import { ProtocolFault } from './fault.ts';
import type { LogMessage, LogSeverity } from './log-line.ts';
import { isAtLeast, LOG_SEVERITY, parseLogLine } from './log-line.ts';
import type { RequestFacts } from './serving.ts';
import { Serving } from './serving.ts';
import { Subscriptions } from './subscriptions.ts';
import { toCallToolResult } from './wire.ts';
import type { Peer, ServingParts } from './workplace.ts';

/** What the client behind an edge can be asked and told. */
export interface ClientPeer extends Peer {
  notifyUpdated(uri: string): Promise<void>;
  notifyLog(message: LogMessage): Promise<void>;
}

type Route = (params: unknown, facts: RequestFacts) => Promise<object>;

const address = z.object({ uri: z.string() });
const toolCall = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() });
const promptValues = z.object({ name: z.string(), arguments: z.record(z.string(), z.string()).default({}) });
const completion = z.object({
  ref: z.discriminatedUnion('type', [
    z.object({ type: z.literal('ref/prompt'), name: z.string() }),
    z.object({ type: z.literal('ref/resource'), uri: z.string() }),
  ]),
  argument: z.object({ name: z.string(), value: z.string() }),
});

/** Of a connection of the older versions, which has one list of subscriptions. */
const CLIENT = 'client';
/** Problems of arguments that are shown at once. */
const MAX_ISSUES = 3;

/** Every request of the protocol by its method: an edge registers this one function at its SDK. */
export class Requests<Deps> {
  readonly subscriptions: Subscriptions;
  readonly #serving: Serving<Deps>;
  readonly #peer: ClientPeer;
  readonly #routes: ReadonlyMap<string, Route>;
  #agent: string | undefined;
  #logLevel: LogSeverity | undefined;

  constructor(parts: ServingParts<Deps>, peer: ClientPeer) {
    this.#peer = peer;
    this.#serving = new Serving(parts, peer);
    this.subscriptions = new Subscriptions({
      version: (uri) => this.#serving.version(uri, this.#agent),
      notify: (uri) => peer.notifyUpdated(uri),
    });
    this.#routes = new Map(Object.entries(this.#table()));
  }

  /** The result of a request. Rejects with a `ProtocolFault` only. */
  async answer(method: string, params: unknown, facts: RequestFacts): Promise<Record<string, unknown>> {
    const route = this.#routes.get(method);
    if (route === undefined) throw new ProtocolFault('method_not_found', 'Method not found');
    this.#agent = facts.agent;
    try {
      return { ...(await this.#serving.track(route(params, facts))) };
    } catch (thrown) {
      throw this.#toFault(method, thrown);
    }
  }

  rootsChanged(): Promise<void> {
    return this.#serving.rootsChanged();
  }

  /** Passes a line of the log on to a client that asked for its level. */
  forwardLog(line: string): void {
    if (this.#logLevel === undefined) return;
    const message = parseLogLine(line);
    if (message === undefined || !isAtLeast(message.level, this.#logLevel)) return;
    this.#peer.notifyLog(message).catch(() => {});
  }

  idle(): Promise<void> {
    return this.#serving.idle();
  }

  drain(): Promise<void> {
    this.subscriptions.stop();
    return this.#serving.drain();
  }

  #table(): Record<string, Route> {
    const serving = this.#serving;
    return {
      'tools/list': () => serving.listTools(),
      'tools/call': route(toolCall, async ({ name, arguments: args }, facts) =>
        toCallToolResult(await serving.callTool(name, args, facts)),
      ),
      'resources/list': route(z.object({ cursor: z.string().optional() }), ({ cursor }, { agent }) =>
        serving.listResources(cursor, agent),
      ),
      'resources/templates/list': () => serving.listTemplates(),
      'resources/read': route(address, ({ uri }, { agent }) => serving.readResource(uri, agent)),
      'resources/subscribe': route(address, async ({ uri }) => {
        await this.subscriptions.hold(CLIENT, uri);
        return {};
      }),
      'resources/unsubscribe': route(address, async ({ uri }) => {
        this.subscriptions.release(CLIENT, uri);
        return {};
      }),
      'prompts/list': () => serving.listPrompts(),
      'prompts/get': route(promptValues, ({ name, arguments: values }, { agent }) =>
        serving.getPrompt(name, values, agent),
      ),
      'completion/complete': route(completion, (params, { agent }) =>
        serving.complete(toCompletionRequest(params), agent),
      ),
      'logging/setLevel': route(z.object({ level: z.enum(LOG_SEVERITY) }), async ({ level }) => {
        this.#logLevel = level;
        return {};
      }),
    };
  }

  /** An `AppError` tells the client what to do; anything else only the log. */
  #toFault(method: string, thrown: unknown): ProtocolFault {
    if (thrown instanceof ProtocolFault) return thrown;
    const { redactor, log } = this.#serving.parts;
    if (!(thrown instanceof AppError)) {
      log.error({ method, error: String(thrown) }, 'request failed');
      return new ProtocolFault('internal', 'This could not be answered; the log explains why.');
    }
    const { code, message, hint } = thrown;
    const shown = redactor.redactValue({ code, message, hint });
    const kind = code === 'not_found' || code === 'invalid_input' ? 'invalid_params' : 'internal';
    return new ProtocolFault(kind, shown.message, { code: shown.code, hint: shown.hint });
  }
}

function route<Schema extends z.ZodType>(
  schema: Schema,
  work: (params: z.output<Schema>, facts: RequestFacts) => Promise<object>,
): Route {
  return (params, facts) => {
    const parsed = schema.safeParse(params ?? {});
    if (parsed.success) return work(parsed.data, facts);
    const problems = parsed.error.issues
      .slice(0, MAX_ISSUES)
      .map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ProtocolFault('invalid_params', `Invalid params: ${problems.join('; ')}`);
  };
}
