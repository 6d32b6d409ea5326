import type { IDefaultPolicyContext } from 'cockatiel';
import { AppError, abortError } from '../core/errors.ts';
import { Policy } from './policy.ts';

/** A call that waits for a place. */
interface Waiter {
  enter: () => void;
}

/**
 * At most `limit` calls at once, at most `queueLimit` waiting in order. A waiter that is aborted (cancelled, or its deadline is over)
 * leaves the queue at once.
 */
export class Bulkhead extends Policy {
  readonly #limit: number;
  readonly #queueLimit: number;
  readonly #queue = new Set<Waiter>();
  #active = 0;

  constructor(limit: number, queueLimit: number) {
    super();
    this.#limit = limit;
    this.#queueLimit = queueLimit;
  }

  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#queue.size;
  }

  protected override async run<T>(
    work: (context: IDefaultPolicyContext) => PromiseLike<T> | T,
    signal: AbortSignal,
  ): Promise<T> {
    if (signal.aborted) throw abortError(signal);
    if (this.#active < this.#limit) this.#active += 1;
    else await this.#wait(signal);
    try {
      return await work({ signal });
    } finally {
      this.#leave();
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#queue.size >= this.#queueLimit) {
      throw new AppError(
        'unavailable',
        `${this.#limit} calls are running and ${this.#queueLimit} are waiting for this service.`,
        {
          hint: 'Call again when some have ended.',
        },
      );
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#queue.delete(waiter);
        reject(abortError(signal));
      };
      const waiter: Waiter = {
        enter: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
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
