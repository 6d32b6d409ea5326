import type { IDefaultPolicyContext } from 'cockatiel';
import type { Clock } from '../core/clock.ts';
import type { Deadline } from '../core/deadline.ts';
import { deadlineIn } from '../core/deadline.ts';
import type { Outcome } from '../core/errors.ts';
import { AppError } from '../core/errors.ts';
import type { BreakerContext } from './breaker.ts';
import { Breaker } from './breaker.ts';
import type { BreakerStore } from './breaker-store.ts';
import { RetryBudget } from './budget.ts';
import { Bulkhead } from './bulkhead.ts';
import type { Repeat } from './classify.ts';
import { AttemptError, classify } from './classify.ts';
import type { LimiterOptions } from './limiter.ts';
import { Limiter } from './limiter.ts';
import { OutcomeWindow } from './outcome-window.ts';
import type { PermitStore } from './permit-store.ts';
import type { ResilienceSettings } from './resilience-settings.ts';
import type { RetryContext, RetryOptions } from './retry.ts';
import { Retry } from './retry.ts';
import { TimeLimit } from './time-limit.ts';

export interface Call {
  /** Host and endpoint class: what shares a breaker, a bulkhead and a retry budget. */
  key: string;
  repeat: Repeat;
  settings: ResilienceSettings;
  signal: AbortSignal;
  /** Told before each wait, for a person who waits too. */
  onPause?: RetryOptions['onPause'];
  onWait?: LimiterOptions['onWait'];
  /** Told when the call has to wait for a place, and how many wait before it. */
  onQueue?: (before: number) => void;
}

/** What an attempt is told: its number, its time, and the state of the breaker that let it through. */
export type AttemptContext = RetryContext & BreakerContext;

/** What is known about a call once it has ended, well or badly. */
export interface Trace {
  attempts: number;
  /** `unknown` as soon as one attempt may have had its effect without our learning the answer. */
  outcome: Outcome;
}

/** What one process keeps per key. */
interface Shared {
  bulkhead: Bulkhead;
  budget: RetryBudget;
  window: OutcomeWindow;
}

/**
 * The path of every outgoing request, outermost first: deadline, limiter, bulkhead, retry, breaker, attempt timeout. The deadline pays
 * for queueing and pauses; the breaker sees every attempt; an open circuit ends the retries at once.
 */
export class Pipeline {
  readonly #breakers: BreakerStore;
  readonly #permits: PermitStore;
  readonly #clock: Clock;
  readonly #shared = new Map<string, Shared>();
  readonly #budgets = new Map<string, RetryBudget>();

  constructor(breakers: BreakerStore, permits: PermitStore, clock: Clock) {
    this.#breakers = breakers;
    this.#permits = permits;
    this.#clock = clock;
  }

  /**
   * Runs `attempt` until it succeeds or must not be repeated. It reports failures as `AttemptError` and must honour its signal.
   * `trace` is filled in as the call goes on and is valid whether the call succeeds or throws.
   */
  async run<T>(call: Call, trace: Trace, attempt: (context: AttemptContext) => Promise<T>): Promise<T> {
    const { key, repeat, settings } = call;
    const clock = this.#clock;
    const { bulkhead, budget, window } = this.local(key);
    // Integrations with other settings may share the key: the longest window holds, and the latest call's bulkhead.
    bulkhead.resize(settings.bulkhead.maxConcurrent, settings.bulkhead.maxQueued);
    window.grow(settings.breaker.windowMs);
    const deadline = deadlineIn(settings.deadlineMs);
    const limiter = this.#limiterOf(call, deadline);
    const retry = this.#retryOf(call, deadline, limiter, budget);
    const breaker = new Breaker({ key, store: this.#breakers, settings: settings.breaker, repeat, clock, window });
    const limit = new TimeLimit({ timeoutMs: settings.timeoutMs, deadline });
    // Nested by hand: cockatiel's `wrap` copies the context at each layer, a fifth of what all of this costs.
    const attemptOnce = ({ attempt: number, signal }: RetryContext) =>
      breaker.execute(
        ({ breaker: state, signal: admitted }) =>
          limit.execute(
            (timed) => this.#traced(call, trace, { attempt: number, breaker: state, signal: timed.signal }, attempt),
            admitted,
          ),
        signal,
      );
    const inside = ({ signal }: IDefaultPolicyContext) => {
      if (bulkhead.isFull) call.onQueue?.(bulkhead.queued);
      return bulkhead.enter(() => retry.execute(attemptOnce, signal), signal, deadline);
    };
    return limiter === undefined ? inside(call) : limiter.execute(inside, call.signal);
  }

  #retryOf(
    { repeat, settings, onPause, onWait }: Call,
    deadline: Deadline,
    limiter: Limiter | undefined,
    budget: RetryBudget,
  ): Retry {
    const { maxAttempts, baseMs, maxMs } = settings.retry;
    const clock = this.#clock;
    return new Retry({ maxAttempts, baseMs, maxMs, repeat, deadline, budget, clock, limiter, onPause, onWait });
  }

  #limiterOf({ key, settings, onWait }: Call, deadline: Deadline): Limiter | undefined {
    const { rateLimit: limit } = settings;
    return limit && new Limiter({ key, limit, permits: this.#permits, deadline, onWait });
  }

  /** What this process keeps per key. */
  local(key: string): Shared {
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      shared = { bulkhead: new Bulkhead(1, 0), budget: this.#budgetOf(key), window: new OutcomeWindow(1_000) };
      this.#shared.set(key, shared);
    }
    return shared;
  }

  /** One for all classes of a host: retries of one must not multiply the load that another suffers from. */
  #budgetOf(key: string): RetryBudget {
    const host = key.slice(0, key.lastIndexOf('/'));
    const budget = this.#budgets.get(host) ?? new RetryBudget();
    this.#budgets.set(host, budget);
    return budget;
  }

  async #traced<T>(
    call: Call,
    trace: Trace,
    context: AttemptContext,
    attempt: (context: AttemptContext) => Promise<T>,
  ): Promise<T> {
    trace.attempts += 1;
    try {
      const value = await attempt(context);
      trace.outcome = 'executed';
      return value;
    } catch (thrown) {
      trace.outcome = judge(trace.outcome, thrown, call.repeat, this.#clock.now());
      throw thrown;
    }
  }
}

/** @param outcome what is known before the first attempt: `unknown` when a request of unknown outcome is taken up again. */
export function newTrace(outcome: Outcome = 'not_executed'): Trace {
  return { attempts: 0, outcome };
}

/** What is known after one more failed attempt: a later refusal does not undo what an earlier attempt may have done. */
function judge(before: Outcome, thrown: unknown, repeat: Repeat, now: number): Outcome {
  if (!(thrown instanceof AttemptError)) {
    // Our own refusals (the egress guard) know what they prevented; anything else is a surprise.
    return before !== 'unknown' && thrown instanceof AppError ? thrown.outcome : 'unknown';
  }
  const { outcome, final } = classify(thrown.failure, repeat, now);
  return before === 'unknown' && !(final && repeat === 'with-key') ? before : outcome;
}
