/**
 * A signal for each call, aborted by its client or by the end of the server. `AbortSignal.any` would leave a weak reference on the
 * server's signal with every call: collecting them costs more than a simple call does.
 */
export class CallSignals {
  readonly #open = new Set<AbortController>();
  #ended: { reason: unknown } | undefined;

  /** Runs `work` with a signal that follows `client`; nothing is left on `client` afterwards. */
  async run<T>(client: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const call = new AbortController();
    const follow = () => call.abort(client.reason);
    if (this.#ended !== undefined) call.abort(this.#ended.reason);
    else if (client.aborted) follow();
    else client.addEventListener('abort', follow);
    this.#open.add(call);
    try {
      return await work(call.signal);
    } finally {
      this.#open.delete(call);
      client.removeEventListener('abort', follow);
    }
  }

  /** Aborts the calls in flight and all that come later. */
  end(reason: unknown): void {
    this.#ended = { reason };
    for (const call of this.#open) call.abort(reason);
  }
}
