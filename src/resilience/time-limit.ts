import type { IDefaultPolicyContext } from 'cockatiel';
import type { Deadline } from '../core/deadline.ts';
import { AppError, abortError } from '../core/errors.ts';
import { withinTime } from '../core/linked-signal.ts';
import { Policy } from './policy.ts';

export interface TimeLimitOptions {
  /** Time of one attempt in milliseconds. */
  timeoutMs: number;
  /** Of the whole call; what is left of it bounds the attempt too. */
  deadline: Deadline;
}

/**
 * Aborts an attempt when its time is over, with a `timeout` error as the reason. It is cooperative: the attempt ends itself and
 * reports what it knows, above all whether the request had been sent.
 */
export class TimeLimit extends Policy {
  readonly #options: TimeLimitOptions;

  constructor(options: TimeLimitOptions) {
    super();
    this.#options = options;
  }

  protected override async run<T>(
    work: (context: IDefaultPolicyContext) => PromiseLike<T> | T,
    outer: AbortSignal,
  ): Promise<T> {
    if (outer.aborted) throw abortError(outer);
    const { timeoutMs, deadline } = this.#options;
    const remainingMs = deadline.remainingMs();
    if (remainingMs < LEAST_MS) throw deadlineError();
    const attempt = (signal: AbortSignal) => work({ signal });
    return await withinTime(outer, Math.min(timeoutMs, remainingMs), attempt, () => reasonOf(timeoutMs, remainingMs));
  }
}

/** An attempt that has less time than this is not begun: it would end as sent and unanswered. */
const LEAST_MS = 20;

/** The deadline left an attempt less than half of its time: that it was not answered says nothing about the service. */
export class CutShort extends AppError {
  constructor() {
    super('timeout', DEADLINE, { hint: HINT });
  }
}

const DEADLINE = 'The deadline of the call has passed.';
const HINT = 'The service is slow or unreachable. Check breaker_status, then call again.';

function reasonOf(timeoutMs: number, remainingMs: number): AppError {
  if (remainingMs < timeoutMs / 2) return new CutShort();
  return remainingMs < timeoutMs ? deadlineError() : timeoutError(timeoutMs);
}

function timeoutError(timeoutMs: number): AppError {
  return new AppError('timeout', `The service did not answer within ${timeoutMs} ms.`, { hint: HINT });
}

/** The time of the whole call, waits and pauses included, is over. */
export function deadlineError(): AppError {
  return new AppError('timeout', DEADLINE, { hint: HINT });
}
