import { withLinkedSignal } from '../core/linked-signal.ts';

/** A signal for each call, aborted by its client or by the end of the server. */
export class CallSignals {
  readonly #open = new Set<AbortController>();
  #ended: { reason: unknown } | undefined;

  /** Runs `work` with a signal that follows `client`; nothing is left on `client` afterwards. */
  run<T>(client: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withLinkedSignal(client, async (call) => {
      if (this.#ended !== undefined) call.abort(this.#ended.reason);
      this.#open.add(call);
      try {
        return await work(call.signal);
      } finally {
        this.#open.delete(call);
      }
    });
  }

  /** Aborts the calls in flight and all that come later. */
  end(reason: unknown): void {
    this.#ended = { reason };
    for (const call of this.#open) call.abort(reason);
  }
}
