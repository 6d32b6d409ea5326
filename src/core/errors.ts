/** Every failure that an agent can see has one of these codes; whether a repeat can help is part of the code. */
const RETRYABLE = {
  invalid_input: false,
  not_configured: false,
  not_allowed: false,
  unauthorized: false,
  not_found: false,
  conflict: false,
  rejected: false,
  rate_limited: true,
  unavailable: true,
  circuit_open: true,
  timeout: true,
  cancelled: false,
  outcome_unknown: false,
  internal: false,
} as const;

export type ErrorCode = keyof typeof RETRYABLE;

export const ERROR_CODES = Object.keys(RETRYABLE) as readonly ErrorCode[];

export function isRetryable(code: ErrorCode): boolean {
  return RETRYABLE[code];
}

/** What is known about the effect of a failed call at the other side. */
export type Outcome = 'not_executed' | 'executed' | 'unknown';

interface ErrorOptions {
  /** What to do next, in one or two sentences. */
  hint?: string | undefined;
  /** Milliseconds after which a repeat makes sense. */
  retryAfterMs?: number | undefined;
  outcome?: Outcome | undefined;
  /** Facts for the reader: plain JSON, no secrets, no prose of a provider. */
  details?: Record<string, unknown> | undefined;
  cause?: unknown;
}

/**
 * The only error class whose message reaches an agent. Messages are ours; a provider contributes its machine codes through
 * `details`. Anything else that is thrown becomes `internal` with an id that the log explains.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly outcome: Outcome;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
    this.outcome = options.outcome ?? 'not_executed';
    this.details = options.details;
  }

  get retryable(): boolean {
    return isRetryable(this.code);
  }
}

/** The message of anything thrown, for logs only: it may hold foreign text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The machine code (`ECONNRESET`, `SQLITE_BUSY`) that Node and its libraries put on their errors. */
export function codeOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** What an aborted signal means: the `AppError` it was aborted with (a deadline), otherwise that the caller left. */
export function abortError(signal: AbortSignal): AppError {
  if (signal.reason instanceof AppError) return signal.reason;
  return new AppError('cancelled', 'The call was cancelled.', { cause: signal.reason });
}
