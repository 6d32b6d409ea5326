import type { McpRequestContext, ServerContext, Transport } from '@modelcontextprotocol/server';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  inputRequired,
  Server,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';
import { systemClock } from '../core/clock.ts';
import { ConsentTokens } from '../core/consent-tokens.ts';
import { AppError } from '../core/errors.ts';
import type { Elicit, Question } from '../tools/confirmation.ts';
import { ELICIT_TIMEOUT_MS, EMPTY_FORM, elicitWith, peerOf, progressReporter } from './ask-client.ts';
import { ListenWatch } from './listen-watch.ts';
import { complaintOf } from './log-line.ts';
import { Requests } from './requests.ts';
import type { RequestFacts } from './serving.ts';
import { CAPABILITIES, LEGACY_CAPABILITIES, SERVER_INFO } from './wire.ts';
import type { ServingParts } from './workplace.ts';

/** Key of the one question that a tool call may ask. */
const CONSENT = 'consent';

const clientInfo = z.object({ name: z.string() });
/** Who declares no mode can show a form: that was the only one at first. */
const asksByForm = z.union([
  z.object({ elicitation: z.object({ form: z.object({}) }) }),
  z.object({ elicitation: z.strictObject({}) }),
]);
const consent = z.object({ action: z.enum(['accept', 'decline', 'cancel']) });

type InputRequired = ReturnType<typeof inputRequired>;

/**
 * The edge for the stateless protocol of 2026-07-28 and the versions before it, on the SDK's second generation. The client decides at its
 * first message which of them the connection speaks.
 */
export class BothErasEdge<Deps> {
  readonly #parts: ServingParts<Deps>;
  readonly #requests: Requests<Deps>;
  readonly #tokens = new ConsentTokens(systemClock);
  #server: Server | undefined;
  onclose: (() => void) | undefined;

  constructor(parts: ServingParts<Deps>) {
    this.#parts = parts;
    this.#requests = new Requests(
      parts,
      peerOf(() => this.#server),
    );
  }

  connect(transport: Transport): void {
    const watched = new ListenWatch(transport, this.#requests.subscriptions);
    watched.afterClose = () => this.onclose?.();
    serveStdio((context) => this.#createServer(context), {
      transport: watched,
      onerror: (error) => this.#parts.log.warn({ cause: complaintOf(error) }, 'protocol error'),
    });
  }

  /** Passes a line of the log on to a client that asked for its level. */
  forwardLog(line: string): void {
    this.#requests.forwardLog(line);
  }

  idle(): Promise<void> {
    return this.#requests.idle();
  }

  drain(): Promise<void> {
    return this.#requests.drain();
  }

  #createServer({ era }: McpRequestContext): Server {
    const { version, instructions } = this.#parts;
    const capabilities = era === 'legacy' ? LEGACY_CAPABILITIES : CAPABILITIES;
    const server = new Server({ ...SERVER_INFO, version }, { capabilities, instructions });
    // The SDK's own would send everything before a level is set.
    server.removeRequestHandler('logging/setLevel');
    server.fallbackRequestHandler = async ({ method, params }, ctx) => {
      const asked: InputRequired[] = [];
      const elicit = this.#elicit(ctx, server, (question) => void asked.push(question));
      const answer = await this.#requests.answer(method, params, this.#facts(ctx, server, elicit));
      return asked[0] ?? answer;
    };
    server.setNotificationHandler('notifications/roots/list_changed', () => this.#requests.rootsChanged());
    this.#server = server;
    return server;
  }

  #facts(ctx: ServerContext, server: Server, elicit: RequestFacts['elicit']): RequestFacts {
    const { signal, _meta, notify } = ctx.mcpReq;
    const given = clientInfo.safeParse(envelopeOf(ctx)[CLIENT_INFO_META_KEY]);
    return {
      signal,
      agent: given.success ? given.data.name : server.getClientVersion()?.name,
      progress: progressReporter(_meta?.progressToken, notify),
      elicit,
    };
  }

  #elicit(ctx: ServerContext, server: Server, ask: (question: InputRequired) => void): RequestFacts['elicit'] {
    const given = envelopeOf(ctx)[CLIENT_CAPABILITIES_META_KEY];
    if (!asksByForm.safeParse(given ?? server.getClientCapabilities()).success) return undefined;
    return given === undefined ? elicitWith(ctx.mcpReq.elicitInput, this.#parts.log) : this.#elicitInRounds(ctx, ask);
  }

  /**
   * The first round ends with the question; the second one, with the answer in it, runs the tool again. An answer counts once, for exactly
   * what was asked, and as long as a person may take.
   */
  #elicitInRounds({ mcpReq }: ServerContext, ask: (question: InputRequired) => void): Elicit {
    return async ({ message, subject }: Question) => {
      const covered = [message, subject];
      const answer = consent.safeParse(mcpReq.inputResponses?.[CONSENT]);
      const state: unknown = mcpReq.requestState();
      if (answer.success && typeof state === 'string' && this.#tokens.redeem(state, covered)) return answer.data.action;
      ask(
        inputRequired({
          inputRequests: { [CONSENT]: inputRequired.elicit({ message, requestedSchema: EMPTY_FORM }) },
          requestState: this.#tokens.issueOnce(covered, ELICIT_TIMEOUT_MS),
        }),
      );
      throw new AppError('not_allowed', 'The person has not answered yet.');
    };
  }
}

/** What every request of the stateless protocol says of its client; empty for the versions before it. */
function envelopeOf({ mcpReq }: ServerContext): Readonly<Record<string, unknown>> {
  return { ...mcpReq.envelope };
}
