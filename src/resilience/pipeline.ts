import { wrap } from 'cockatiel';
import type { Clock } from '../core/clock.ts';
import type { Outcome } from '../core/errors.ts';
import { AppError } from '../core/errors.ts';
import { Breaker } from './breaker.ts';
import type { BreakerStore } from './breaker-store.ts';
import { RetryBudget } from './budget.ts';
import { Bulkhead } from './bulkhead.ts';
import type { Repeat } from './classify.ts';
import { AttemptError, classify } from './classify.ts';
import type { ResilienceSettings } from './resilience-settings.ts';
import type { RetryContext, RetryOptions } from './retry.ts';
import { Retry } from './retry.ts';
import { TimeLimit } from './time-limit.ts';

/** Calls at once, and waiting, per breaker key and process. */
const MAX_CONCURRENT = 32;
const MAX_QUEUED = 256;

export interface Call {
  /** Host and endpoint class: what shares a breaker, a bulkhead and a retry budget. */
  key: string;
  repeat: Repeat;
  settings: ResilienceSettings;
  signal: AbortSignal;
  onPause?: RetryOptions['onPause'];
}

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
}

/**
 * The path of every outgoing request, outermost first: deadline, bulkhead, retry, breaker, attempt timeout. The deadline pays for
 * queueing and pauses; the breaker sees every attempt; an open circuit ends the retries at once.
 */
export class Pipeline {
  readonly #store: BreakerStore;
  readonly #clock: Clock;
  readonly #shared = new Map<string, Shared>();

  constructor(store: BreakerStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Runs `attempt` until it succeeds or must not be repeated. It reports failures as `AttemptError` and must honour its signal.
   * `trace` is filled in as the call goes on and is valid whether the call succeeds or throws.
   */
  async run<T>(call: Call, trace: Trace, attempt: (context: RetryContext) => Promise<T>): Promise<T> {
    const { key, repeat, settings } = call;
    const { bulkhead, budget } = this.local(key);
    const deadlineAt = this.#clock.now() + settings.deadlineMs;
    const policy = wrap(
      new TimeLimit(settings.deadlineMs, 'The call'),
      bulkhead,
      new Retry({ ...settings.retry, repeat, deadlineAt, budget, clock: this.#clock, onPause: call.onPause }),
      new Breaker({ key, store: this.#store, settings: settings.breaker, repeat, clock: this.#clock }),
      new TimeLimit(settings.timeoutMs, 'One attempt'),
    );
    return policy.execute((context) => this.#traced(call, trace, context, attempt), call.signal);
  }

  /** Bulkhead and retry budget of this process. */
  local(key: string): Shared {
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      shared = { bulkhead: new Bulkhead(MAX_CONCURRENT, MAX_QUEUED), budget: new RetryBudget() };
      this.#shared.set(key, shared);
    }
    return shared;
  }

  async #traced<T>(
    call: Call,
    trace: Trace,
    context: RetryContext,
    attempt: (context: RetryContext) => Promise<T>,
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
