import type { IDefaultPolicyContext } from 'cockatiel';
import { AppError, abortError } from '../core/errors.ts';
import { Policy } from './policy.ts';

/**
 * Aborts what runs inside it when the time is over, with a `timeout` error as the reason. Used twice: once around everything (the
 * deadline) and once around each attempt. It is cooperative: the inside ends itself and reports what it knows, above all whether
 * the request had been sent.
 */
export class TimeLimit extends Policy {
  readonly #limitMs: number;
  readonly #what: string;

  /** @param what names the limit in the error: "The call", "One attempt". */
  constructor(limitMs: number, what: string) {
    super();
    this.#limitMs = limitMs;
    this.#what = what;
  }

  protected override async run<T>(
    work: (context: IDefaultPolicyContext) => PromiseLike<T> | T,
    outer: AbortSignal,
  ): Promise<T> {
    if (outer.aborted) throw abortError(outer);
    const controller = new AbortController();
    const onAbort = () => controller.abort(outer.reason);
    const onTimeout = () =>
      controller.abort(
        new AppError('timeout', `${this.#what} took longer than ${this.#limitMs} ms.`, { hint: TIMEOUT_HINT }),
      );
    const timer = setTimeout(onTimeout, this.#limitMs);
    outer.addEventListener('abort', onAbort, { once: true });
    try {
      return await work({ signal: controller.signal });
    } finally {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    }
  }
}

const TIMEOUT_HINT = 'The service is slow or unreachable. Check breaker_status, then call again.';
