import type { IDefaultPolicyContext, IFailureEvent, IPolicy, ISuccessEvent } from 'cockatiel';
import { EventEmitter } from 'cockatiel';

/**
 * Base of our policies: the event side of cockatiel's `IPolicy`, so that they compose with its `wrap`, `fallback` and any policy a
 * user adds. Events cost nothing while nobody listens.
 */
export abstract class Policy<Context extends IDefaultPolicyContext = IDefaultPolicyContext>
  implements IPolicy<Context>
{
  declare readonly _altReturn: never;
  readonly #successes = new EventEmitter<ISuccessEvent>();
  readonly #failures = new EventEmitter<IFailureEvent>();
  readonly onSuccess = this.#successes.addListener;
  readonly onFailure = this.#failures.addListener;

  protected abstract run<T>(work: (context: Context) => PromiseLike<T> | T, signal: AbortSignal): Promise<T>;

  async execute<T>(work: (context: Context) => PromiseLike<T> | T, signal?: AbortSignal): Promise<T> {
    const started = performance.now();
    try {
      const value = await this.run(work, signal ?? new AbortController().signal);
      if (this.#successes.size > 0) this.#successes.emit({ duration: performance.now() - started });
      return value;
    } catch (error) {
      if (this.#failures.size > 0) {
        this.#failures.emit({ duration: performance.now() - started, handled: true, reason: { error } });
      }
      throw error;
    }
  }
}
