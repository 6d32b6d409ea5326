export * from './errors.js';

/** Fields are facts for the reader; secrets, headers and bodies are never among them. */
export interface Logger {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What an event says about one object of the provider. */
export interface RecordChange {
  /** `payment`, `subscription`, `email`, … */
  kind: string;
  /** The provider's id of the object. */
  id: string;
  status: string;
  /** Order of states reached in the same second. */
  rank: number;
  /** Nothing follows this state: a later delivery of an earlier event must not undo it. */
  isFinal: boolean;
  /** Facts to keep with the state; money in integer minor units. */
  data: Readonly<Record<string, string | number | boolean | null>>;
}

/** An event as it is recorded: once per id, together with its change. */
export interface RecordedEvent {
  id: string;
  type: string;
  /** When it happened at the provider, in milliseconds since the epoch. */
  occurredAtMs: number;
  /** Absent for events that are recorded only. */
  change?: RecordChange | undefined;
}

/** An object as the latest of its events tells it. */
export interface StoredRecord extends RecordChange {
  occurredAtMs: number;
  eventId: string;
}
