import type { IDefaultPolicyContext } from 'cockatiel';
import type { Clock } from '../core/clock.ts';
import { sleep } from '../core/clock.ts';
import type { Deadline } from '../core/deadline.ts';
import { abortError } from '../core/errors.ts';
import type { RetryBudget } from './budget.ts';
import type { Repeat } from './classify.ts';
import { AttemptError, classify } from './classify.ts';
import type { Limiter } from './limiter.ts';
import { Policy } from './policy.ts';
import { Throttled } from './refusals.ts';

/** Waits that end together would start together: up to this share is added at random, and never more than a second. */
const SPREAD = 0.1;
const MAX_SPREAD_MS = 1_000;

export interface RetryContext extends IDefaultPolicyContext {
  /** 1 for the first attempt. */
  attempt: number;
}

export interface RetryOptions {
  /** Attempts in all, the first included. */
  maxAttempts: number;
  /** Upper bound of the first pause in milliseconds; it doubles with each attempt. */
  baseMs: number;
  /** Upper bound of any pause that the service did not ask for. */
  maxMs: number;
  repeat: Repeat;
  /** Of the whole call. A pause that would pass it is not begun. */
  deadline: Deadline;
  budget: RetryBudget;
  /** Each further attempt needs a permit of its rate limit, where there is one. */
  limiter?: Pick<Limiter, 'reserve' | 'giveBack'> | undefined;
  clock: Clock;
  /** Told before each pause. */
  onPause?: ((pause: { attempt: number; maxAttempts: number; pauseMs: number }) => void) | undefined;
  /** Told before waiting for a service that asked everybody to wait. */
  onWait?: ((waitMs: number) => void) | undefined;
  random?: () => number;
}

/** Waits for a throttled service, and repeats what `classify` allows, after full-jitter pauses, on top of the pause that the service asked for. */
export class Retry extends Policy<RetryContext> {
  readonly #options: RetryOptions;

  constructor(options: RetryOptions) {
    super();
    this.#options = options;
  }

  protected override async run<T>(
    work: (context: RetryContext) => PromiseLike<T> | T,
    signal: AbortSignal,
  ): Promise<T> {
    for (let attempt = 1; ; ) {
      if (signal.aborted) throw abortError(signal);
      try {
        const value = await work({ signal, attempt });
        this.#options.budget.reward(attempt);
        return value;
      } catch (thrown) {
        if (thrown instanceof Throttled) {
          await this.#wait(thrown, signal);
        } else {
          await this.#pause(thrown, attempt, signal);
          attempt += 1;
        }
      }
    }
  }

  /** Waits until the service takes calls again. Nothing was sent, so this is no attempt. */
  async #wait(thrown: Throttled, signal: AbortSignal): Promise<void> {
    const { deadline, onWait, random = Math.random } = this.#options;
    const waitMs = thrown.waitMs + Math.min(thrown.waitMs * SPREAD, MAX_SPREAD_MS) * random() + 1;
    if (waitMs >= deadline.remainingMs()) throw thrown;
    onWait?.(waitMs);
    await pause(waitMs, signal);
  }

  /** Waits before the next attempt, or throws what the last one threw when there must be none. */
  async #pause(thrown: unknown, attempt: number, signal: AbortSignal): Promise<void> {
    const { maxAttempts, budget, limiter, onPause } = this.#options;
    const backoffMs = this.#pauseAfter(thrown, attempt);
    if (backoffMs === undefined || signal.aborted || budget.tokens < 1) throw thrown;
    const permission = await limiter?.reserve();
    if (permission?.granted === false || !budget.spend()) throw thrown;
    const pauseMs = Math.max(backoffMs, permission?.waitMs ?? 0);
    onPause?.({ attempt: attempt + 1, maxAttempts, pauseMs });
    try {
      await pause(pauseMs, signal);
    } catch (aborted) {
      await limiter?.giveBack();
      throw aborted;
    }
  }

  /** Milliseconds to wait before the next attempt, or undefined when there must be none. */
  #pauseAfter(thrown: unknown, attempt: number): number | undefined {
    const { maxAttempts, repeat, deadline, clock } = this.#options;
    if (!(thrown instanceof AttemptError) || attempt >= maxAttempts) return undefined;
    const { retry, retryAfterMs } = classify(thrown.failure, repeat, clock.now());
    if (!retry) return undefined;
    // Jitter here too: everybody was told the same time. And a timer may fire a millisecond before it.
    const pauseMs = (retryAfterMs === undefined ? 0 : retryAfterMs + 1) + this.#backoff(attempt);
    return pauseMs < deadline.remainingMs() ? pauseMs : undefined;
  }

  /** Full jitter: anything between 0 and the bound, also where the bound has stopped growing. */
  #backoff(attempt: number): number {
    const { baseMs, maxMs, random = Math.random } = this.#options;
    return random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, signal).catch(() => {
    throw abortError(signal);
  });
}
