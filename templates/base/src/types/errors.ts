/** What is known about the effect of a failed request at the other side. */
export type Outcome = 'not_executed' | 'executed' | 'unknown';

export interface ErrorFacts {
  outcome: Outcome;
  /** HTTP status, where there was an answer. */
  status?: number | undefined;
  /** The provider's machine code. Its prose stays out of messages and logs: it may hold personal data. */
  providerCode?: string | undefined;
  /** How long the provider asked us to wait. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** Every failure of this integration. Catch `TransientError` to try later, `PermanentError` to change the request. */
export abstract class IntegrationError extends Error {
  abstract readonly retryable: boolean;
  readonly outcome: Outcome;
  readonly status: number | undefined;
  readonly providerCode: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { outcome, status, providerCode, retryAfterMs, cause }: ErrorFacts) {
    super(message, { cause });
    this.name = new.target.name;
    this.outcome = outcome;
    this.status = status;
    this.providerCode = providerCode;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The same request may succeed later: network, timeout, 429, 5xx. */
export class TransientError extends IntegrationError {
  readonly retryable = true;
}

/** The same request fails again: it has to change first. */
export class PermanentError extends IntegrationError {
  readonly retryable = false;
}

/** Nothing was sent: the circuit breaker is open. */
export class CircuitOpenError extends TransientError {
  constructor(retryAfterMs: number) {
    super('The provider is failing; no request was sent.', { outcome: 'not_executed', retryAfterMs });
  }
}

/** The reference was used before with other arguments. */
export class ReferenceConflictError extends PermanentError {
  constructor() {
    super('This reference belongs to a request with other arguments.', { outcome: 'not_executed' });
  }
}

/** An earlier request with this reference may have had its effect. Look it up at the provider before sending another. */
export class OutcomeUnknownError extends PermanentError {
  constructor(cause?: unknown) {
    super('Whether the request had its effect is unknown; it is not repeated.', { outcome: 'unknown', cause });
  }
}
