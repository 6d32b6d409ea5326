/** What users of a simulated service see. Free of zod: those who import a simulator need none. */
import type { Clock } from '../core/clock.ts';
import type { FaultInput, FaultKind } from './fault.ts';

/** What every service can be started with. */
export interface ServiceOptions {
  /** Decides times in objects, the age of idempotency keys and the timestamps of signatures. */
  clock?: Clock | undefined;
  /** Where events go, signed. */
  webhook?: WebhookTarget | undefined;
}

/** Where a simulated provider sends its webhooks. */
export interface WebhookTarget {
  /** `http://` on loopback. */
  readonly url: string;
  /** What the provider signs with: the signing secret itself, or the private key where receivers hold a public one. */
  readonly secret: string;
  /** Pauses before the repeats of a delivery that was not answered with 2xx, in milliseconds. */
  readonly retryDelaysMs?: readonly number[] | undefined;
}

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number | undefined;
  clock?: Clock | undefined;
  /** Called when a request has ended, with its line of the log. */
  onRequest?: ((request: RecordedRequest) => void) | undefined;
}

export interface RunningSimulator {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** The last 1,000 requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** The last 1,000 webhooks, oldest first. */
  readonly deliveries: readonly RecordedDelivery[];
  /** Every type that `trigger` takes. */
  readonly eventTypes: readonly string[];
  /** Replaces the fault script. Throws `invalid_input`, and then the former script stays. */
  script(faults: readonly FaultInput[]): void;
  /**
   * Makes an event happen, with its objects where the service can make them, and sends its webhook. Overrides are what the objects are
   * made with. Throws `invalid_input`.
   */
  trigger(type: string, overrides?: Readonly<Record<string, unknown>>): Promise<TriggeredEvent>;
  /** Delivers an event once more. Throws `not_found`. */
  resend(eventId: string): number;
  /** Back to the state after the start: no objects, no faults, empty logs. */
  reset(): void;
  /** Frees the port and ends every connection, also those that wait in a fault. Safe to call twice. */
  stop(): Promise<void>;
}

/** What `trigger` made happen. */
export interface TriggeredEvent {
  readonly type: string;
  /** Of the event, where the provider gives it one. */
  readonly eventId: string;
  /** Of the object that the event is about, where there is one. */
  readonly objectId?: string | undefined;
}

/** One line of the request log. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  /** Undefined while the request runs, and when no answer was sent. */
  readonly status: number | undefined;
  /** The fault that the request met. */
  readonly fault: FaultKind | undefined;
  /** Where the answer differs from what the client asked for. */
  readonly note?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One line of the delivery log. */
export interface RecordedDelivery {
  readonly id: string;
  readonly type: string;
  readonly url: string;
  readonly attempts: number;
  /** `lost` met the fault of that name. */
  readonly state: 'pending' | 'delivered' | 'failed' | 'lost';
  /** Of the last answer. */
  readonly status: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
