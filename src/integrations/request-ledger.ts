import type { Gap } from '../storage/restoration.ts';
import type { Mode } from './provider.ts';

/** Names one intended effect: the same scope never executes twice. */
export interface RequestScope {
  workspace: string;
  integration: string;
  mode: Mode;
  operation: string;
  /** The caller's own id for what is to happen. */
  reference: string;
}

export interface RequestPlan extends RequestScope {
  /** Host and account that it goes to: what was executed at one is no answer for another. */
  target?: string | undefined;
  /** The arguments as sent to the service. */
  arguments: Readonly<Record<string, unknown>>;
  /** The caller's own idempotency key; otherwise one is derived from the scope, so that it survives the loss of the ledger. */
  idempotencyKey: string | undefined;
  /** Allows a request whose arguments equal those of a recent one under another reference. */
  allowDuplicate: boolean;
  /** How long this process may work on it before another may take over, in milliseconds. */
  leaseMs: number;
  limits: { maxAmountMinor?: number | undefined; writesPerHour?: number | undefined };
  /** What the cap on amounts compares, in minor units; undefined where no money moves. */
  amountMinor?: number | undefined;
  /** True where money may move even without a known amount. */
  movesMoney?: boolean | undefined;
  /** How long the service recognises a repeat, in milliseconds; without it not at all. */
  protectedForMs?: number | undefined;
  /** When the restoration was made of which the caller knows: `Gap.restoredAt`. */
  knownRestoration?: number | undefined;
}

/**
 * `sent`: a process works on it, or died while it did. `executed` and `failed` are final: the service answered. `unknown`: it may have
 * been executed, and no answer arrived.
 */
export type RequestState = 'sent' | 'executed' | 'failed' | 'unknown';

export interface RequestRecord extends RequestScope {
  id: number;
  arguments: Readonly<Record<string, unknown>>;
  idempotencyKey: string;
  state: RequestState;
  /** The service's answer when executed. */
  answer: unknown;
  /** Our error code when failed or unknown. */
  error: string | null;
  requestId: string | null;
  attempts: number;
  /** Until when the holder may work on it; null when nobody does. Names the holder in `end`. */
  leaseUntil: number | null;
  createdAt: number;
  updatedAt: number;
}

/** What to do about a plan. */
export type Beginning =
  | { kind: 'send'; record: RequestRecord; resumed: boolean }
  | { kind: 'replay'; record: RequestRecord }
  /** Another call is working on the same scope. */
  | { kind: 'wait'; record: RequestRecord };

export interface RequestEnd {
  state: 'executed' | 'failed' | 'unknown';
  answer?: unknown;
  error?: string | undefined;
  requestId?: string | undefined;
  attempts: number;
}

/**
 * What we asked services to do, under which key, and how it ended. Written before the first byte leaves, so that a crash at any
 * instruction leaves a row from which the next call continues with the same key.
 */
export interface RequestLedger {
  /**
   * Decides in one transaction. Throws `conflict` when the scope was used with other arguments, or when the arguments repeat a recent
   * request under another reference; `not_allowed` when a cap would be exceeded; `unavailable` where `peek` would tell a gap.
   */
  begin(plan: RequestPlan): Promise<Beginning>;
  /** The time in which the request may have been executed although the ledger does not know it: what was recorded then is lost. */
  gap(plan: RequestPlan): Promise<Gap | undefined>;
  /**
   * What `begin` would find, and the key that it would send, without beginning anything; for what it would send,
   * the `gap` too.
   */
  peek(
    plan: RequestPlan,
  ): Promise<{ record: RequestRecord | undefined; idempotencyKey: string; gap?: Gap | undefined }>;
  /**
   * Reports how a request ended, with the record that `begin` gave. Of a holder whose lease ran out and was taken over, only `executed`
   * counts: whoever took over may still be sending. Throws when it cannot be written; this process then tries again before it asks the
   * ledger for anything.
   */
  end(record: RequestRecord, end: RequestEnd): Promise<void>;
  /** The requests whose answer has the given id, or whose arguments name it as `id` or `payment_intent`; oldest first. */
  findAbout(workspace: string, objectId: string): Promise<RequestRecord[]>;
}
