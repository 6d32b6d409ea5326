import type { ServiceOptions, TriggeredEvent } from './contract.ts';
import type { WebhookOutbox } from './webhook-outbox.ts';

/** A request as it arrived, whatever carried it. */
export interface SimulatedRequest {
  readonly method: string;
  /** Absolute; its origin is where the client believes the service to be. */
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface SimulatedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the request log says beside the status: a difference from the service that the client should know of. */
  readonly note?: string | undefined;
}

/**
 * A stateful double of a provider. It knows nothing of sockets: an HTTP server carries it (`simulator.ts`), a request interceptor
 * inside a test can do so too.
 */
export interface SimulatedService {
  /** Answers whatever comes in, with an error response where the provider would; rejects only when closed meanwhile. */
  handle(request: SimulatedRequest): Promise<SimulatedResponse>;
  /** How the provider words a refusal with this HTTP status. Executes nothing. */
  refuse(status: number): SimulatedResponse;
  /** Every type that `trigger` takes. */
  readonly eventTypes: readonly string[];
  /**
   * Makes an event happen: with its objects where the service can make them, else as an example. Throws `invalid_input` for an
   * unknown type or overrides that do not fit.
   */
  trigger(type: string, overrides: Readonly<Record<string, unknown>>, origin: string): Promise<TriggeredEvent>;
  /** The webhooks on their way out. */
  readonly webhooks: WebhookOutbox;
  /** Forgets every object, event and idempotency key, and drops deliveries under way. */
  reset(): void;
  /** Ends what runs in the background; the service answers no longer. */
  close(): void;
}

/** Throws `not_allowed` for a webhook that is not on loopback, `invalid_input` for a secret that cannot sign. */
export type CreateService = (options: ServiceOptions) => SimulatedService;
