import type { SignatureVerdict } from './verdict.ts';

/**
 * What became of an event: `unverified` is kept apart and never applied; `pending` waits for its effects and its handler (also after a
 * crash); `processed` has had them; `ignored` has none here; `failed` ran out of attempts and can be replayed.
 */
export const EVENT_STATUSES = ['unverified', 'pending', 'processed', 'ignored', 'failed'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

/** The longest pause before an attempt is repeated. */
export const MAX_RETRY_DELAY_MS = 600_000;

/** A delivery without what can be large. */
export interface DeliveryFacts {
  readonly workspace: string;
  /** The service, or the name of an integration of the user's own. */
  readonly provider: string;
  /** Path and query on the listener. */
  readonly path: string;
  /** The address to which the provider sent it, as the provider knows it: signed by some. */
  readonly url?: string | undefined;
  readonly verdict: SignatureVerdict;
  /** The provider's own id; undefined where it has none, or where it cannot be read. */
  readonly eventId: string | undefined;
  readonly eventType: string | undefined;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** A delivery as it arrived. */
export interface ReceivedDelivery extends DeliveryFacts {
  /** Names and values in turn, as on the wire. */
  readonly rawHeaders: readonly string[];
  /** The very bytes. */
  readonly body: Buffer;
  /** Equal for events that tell of one occurrence under different ids; undefined where the id alone tells. */
  readonly occurrence?: string | undefined;
}

export interface EventSummary extends DeliveryFacts {
  /** ULID: later events sort after earlier ones. */
  readonly id: string;
  readonly status: EventStatus;
  /** Further deliveries of the same event, counted and not stored. */
  readonly duplicates: number;
  readonly lastDuplicateAt: number | undefined;
  readonly bodyBytes: number;
}

export interface LoggedEvent extends EventSummary {
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** One try to hand an event on: to its effects, to the user's handler, or as a replay. */
export interface EventAttempt {
  /** Of the logged event. */
  readonly eventId: string;
  readonly kind: 'effects' | 'forward' | 'replay';
  /** Address of the handler. */
  readonly target: string | undefined;
  /** HTTP status of the handler; undefined where it gave none. */
  readonly status: number | undefined;
  /** Why it failed, in our words. */
  readonly error: string | undefined;
  /** What it did, in our words. */
  readonly note?: string | undefined;
  readonly startedAt: number;
  readonly tookMs: number;
}

export interface EventFilter {
  readonly provider?: string | undefined;
  readonly type?: string | undefined;
  readonly status?: EventStatus | undefined;
  /** Received at or after, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Continues after this id, towards older events. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface EventLimits {
  /** Older events are deleted; those that still wait for their effects never are. */
  readonly maxAgeMs: number;
  /** Oldest first, until the bodies and headers of what is left fit. */
  readonly maxBytes: number;
}

/** Webhook deliveries of a workspace, each event once. What is acknowledged survives power loss. */
export interface EventLog {
  /**
   * Stores the delivery unless its event is known; then it is only counted. What is not verified never stands for an event: a forged
   * delivery does not keep the genuine one out.
   * @param status of a verified event; `ignored` for those that want nothing but an answer.
   */
  insert(delivery: ReceivedDelivery, status?: 'pending' | 'ignored'): Promise<{ event: LoggedEvent; isNew: boolean }>;
  get(workspace: string, id: string): Promise<LoggedEvent | undefined>;
  /** Newest first. */
  list(workspace: string, filter: EventFilter): Promise<EventSummary[]>;
  /** Verified events of any workspace whose next attempt is due at `now`, oldest first. */
  pending(now: number, limit: number): Promise<LoggedEvent[]>;
  /**
   * Does nothing to an unverified event.
   * @param dueAt when a pending event is to be tried again, in milliseconds since the epoch; at once by default.
   */
  setStatus(workspace: string, id: string, status: Exclude<EventStatus, 'unverified'>, dueAt?: number): Promise<void>;
  /** Kept with its event; the oldest go where there are too many. Does nothing where the event is gone. */
  addAttempt(workspace: string, attempt: EventAttempt): Promise<void>;
  /** Oldest first. */
  attempts(workspace: string, id: string): Promise<EventAttempt[]>;
  /** Returns the number of events deleted. */
  prune(limits: EventLimits): Promise<number>;
}
