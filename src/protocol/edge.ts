import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import { RootsListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../core/log.ts';
import { elicitWith, peerOf, progressReporter } from './ask-client.ts';
import { complaintOf } from './log-line.ts';
import { Requests } from './requests.ts';
import type { RequestFacts } from './serving.ts';
import { LEGACY_CAPABILITIES, SERVER_INFO } from './wire.ts';
import type { ServingParts } from './workplace.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** The edge for protocol versions up to 2025-11-25, on the SDK's first generation. */
export class McpEdge<Deps> {
  readonly sdk: Server;
  readonly #requests: Requests<Deps>;
  readonly #log: Log;

  constructor(parts: ServingParts<Deps>) {
    const { version, instructions, log } = parts;
    this.#log = log;
    this.#requests = new Requests(
      parts,
      peerOf(() => this.sdk),
    );
    this.sdk = new Server({ ...SERVER_INFO, version }, { capabilities: LEGACY_CAPABILITIES, instructions });
    // The SDK's own would send everything before a level is set.
    this.sdk.removeRequestHandler('logging/setLevel');
    this.sdk.fallbackRequestHandler = ({ method, params }, extra) =>
      this.#requests.answer(method, params, this.#facts(extra));
    this.sdk.setNotificationHandler(RootsListChangedNotificationSchema, () => this.#requests.rootsChanged());
    this.sdk.onerror = (error) => log.warn({ cause: complaintOf(error) }, 'protocol error');
  }

  connect(transport: Transport): Promise<void> {
    return this.sdk.connect(transport);
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

  #facts(extra: Extra): RequestFacts {
    return {
      signal: extra.signal,
      agent: this.sdk.getClientVersion()?.name,
      progress: progressReporter(extra._meta?.progressToken, extra.sendNotification),
      elicit: this.#elicit(),
    };
  }

  #elicit(): RequestFacts['elicit'] {
    if (this.sdk.getClientCapabilities()?.elicitation?.form === undefined) return undefined;
    return elicitWith((request, options) => this.sdk.elicitInput(request, options), this.#log);
  }
}
