import type { IDefaultPolicyContext } from 'cockatiel';
import { sleep } from '../core/clock.ts';
import type { Deadline } from '../core/deadline.ts';
import { AppError, abortError } from '../core/errors.ts';
import type { Permission, PermitStore } from './permit-store.ts';
import { Policy } from './policy.ts';
import type { RateLimit } from './rate-limit.ts';
import { deadlineError } from './time-limit.ts';

export interface LimiterOptions {
  key: string;
  limit: RateLimit;
  permits: PermitStore;
  /** Of the whole call. */
  deadline: Deadline;
  onWait?: ((waitMs: number) => void) | undefined;
}

/**
 * Waits for a permit of the configured rate. What would take longer than the deadline is refused at once, with the time after which a
 * repeat makes sense.
 */
export class Limiter extends Policy {
  readonly #options: LimiterOptions;

  constructor(options: LimiterOptions) {
    super();
    this.#options = options;
  }

  protected override async run<T>(
    work: (context: IDefaultPolicyContext) => PromiseLike<T> | T,
    signal: AbortSignal,
  ): Promise<T> {
    await this.#admit(signal);
    return work({ signal });
  }

  /** Reserves a permit for one more attempt of a call that runs already, if its time comes before the deadline. */
  reserve(): Promise<Permission> {
    const { limit, permits, key, deadline } = this.#options;
    return permits.take(key, limit, deadline.remainingMs());
  }

  /** Returns a permit that `reserve` gave and that is not used. */
  giveBack(): Promise<void> {
    return this.#options.permits.giveBack(this.#options.key, this.#options.limit);
  }

  async #admit(signal: AbortSignal): Promise<void> {
    const { permits, key, limit, deadline, onWait } = this.#options;
    const remainingMs = deadline.remainingMs();
    if (remainingMs <= 0) throw deadlineError();
    const { granted, waitMs } = await permits.take(key, limit, remainingMs);
    if (!granted) throw usedUp(key, waitMs);
    if (waitMs <= 0) return;
    onWait?.(waitMs);
    await sleep(waitMs, signal).catch(async () => {
      await permits.giveBack(key, limit);
      throw abortError(signal);
    });
  }
}

function usedUp(key: string, retryAfterMs: number): AppError {
  return new AppError('rate_limited', `The rate limit of ${key} is used up for longer than the call may take.`, {
    hint: 'Call again after retry_after_ms. Nothing was sent.',
    retryAfterMs,
    details: { breaker: key, state: 'rate_limit' },
  });
}
