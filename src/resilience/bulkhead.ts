import type { IDefaultPolicyContext } from 'cockatiel';
import type { Deadline } from '../core/deadline.ts';
import { AppError, abortError } from '../core/errors.ts';
import { Policy } from './policy.ts';
import { deadlineError } from './time-limit.ts';

/** A call that waits for a place. */
interface Waiter {
  enter: () => void;
}

/**
 * At most `limit` calls at once, at most `queueLimit` waiting in order. A waiter that is cancelled, or whose deadline has come, leaves
 * the queue at once.
 */
export class Bulkhead extends Policy {
  #limit: number;
  #queueLimit: number;
  readonly #queue = new Set<Waiter>();
  #active = 0;

  constructor(limit: number, queueLimit: number) {
    super();
    this.#limit = limit;
    this.#queueLimit = queueLimit;
  }

  /** Applies to calls that come after it. */
  resize(limit: number, queueLimit: number): void {
    this.#limit = limit;
    this.#queueLimit = queueLimit;
  }

  get active(): number {
    return this.#active;
  }

  /** True when the next call has to wait. */
  get isFull(): boolean {
    return this.#active >= this.#limit;
  }

  get queued(): number {
    return this.#queue.size;
  }

  protected override run<T>(
    work: (context: IDefaultPolicyContext) => PromiseLike<T> | T,
    signal: AbortSignal,
  ): Promise<T> {
    return this.enter(work, signal);
  }

  /** As `execute`, waiting for a place until the deadline at most. */
  async enter<T>(
    work: (context: IDefaultPolicyContext) => PromiseLike<T> | T,
    signal: AbortSignal,
    deadline?: Deadline,
  ): Promise<T> {
    if (signal.aborted) throw abortError(signal);
    if (this.#active < this.#limit) this.#active += 1;
    else await this.#wait(signal, deadline?.remainingMs() ?? Number.POSITIVE_INFINITY);
    try {
      return await work({ signal });
    } finally {
      this.#leave();
    }
  }

  #wait(signal: AbortSignal, maxWaitMs: number): Promise<void> {
    if (maxWaitMs <= 0) throw deadlineError();
    if (this.#queue.size >= this.#queueLimit) {
      throw new AppError(
        'unavailable',
        `${this.#limit} calls are running and ${this.#queueLimit} are waiting for this service.`,
        { hint: 'Call again when some have ended.' },
      );
    }
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#queue.delete(waiter);
      };
      const onAbort = () => {
        stop();
        reject(abortError(signal));
      };
      const onDeadline = () => {
        stop();
        reject(deadlineError());
      };
      const waiter: Waiter = {
        enter: () => {
          stop();
          resolve();
        },
      };
      const timer = Number.isFinite(maxWaitMs) ? setTimeout(onDeadline, maxWaitMs) : undefined;
      this.#queue.add(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Hands the place to the longest waiting call; the count stays when there is one. */
  #leave(): void {
    const [next] = this.#queue;
    if (next === undefined) {
      this.#active -= 1;
      return;
    }
    this.#queue.delete(next);
    next.enter();
  }
}
