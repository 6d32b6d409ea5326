import type { Event, IDefaultPolicyContext, IFailureEvent, IPolicy, ISuccessEvent } from 'cockatiel';
import { EventEmitter } from 'cockatiel';

/**
 * Base of our policies: the event side of cockatiel's `IPolicy`, so that they compose with its `wrap`, `fallback` and any policy a
 * user adds. Events cost nothing while nobody listens.
 */
export abstract class Policy<Context extends IDefaultPolicyContext = IDefaultPolicyContext>
  implements IPolicy<Context>
{
  declare readonly _altReturn: never;
  #successes: EventEmitter<ISuccessEvent> | undefined;
  #failures: EventEmitter<IFailureEvent> | undefined;

  get onSuccess(): Event<ISuccessEvent> {
    return (listener) => {
      this.#successes ??= new EventEmitter();
      return this.#successes.addListener(listener);
    };
  }

  get onFailure(): Event<IFailureEvent> {
    return (listener) => {
      this.#failures ??= new EventEmitter();
      return this.#failures.addListener(listener);
    };
  }

  protected abstract run<T>(work: (context: Context) => PromiseLike<T> | T, signal: AbortSignal): Promise<T>;

  execute<T>(
    work: (context: Context) => PromiseLike<T> | T,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<T> {
    if (this.#successes === undefined && this.#failures === undefined) return this.run(work, signal);
    return this.#observed(work, signal);
  }

  async #observed<T>(work: (context: Context) => PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
    const started = performance.now();
    try {
      const value = await this.run(work, signal);
      this.#successes?.emit({ duration: performance.now() - started });
      return value;
    } catch (error) {
      this.#failures?.emit({ duration: performance.now() - started, handled: true, reason: { error } });
      throw error;
    }
  }
}
