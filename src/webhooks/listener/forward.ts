import { Agent } from 'node:http';
import type { HandlerSilence } from '../handler-client.ts';
import { askHandler } from '../handler-client.ts';
import { endToEnd } from '../raw-headers.ts';

/** A handler that takes longer has failed: providers give up after about as long. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface ForwardResult {
  readonly status: number | undefined;
  /** In our words; undefined when the handler answered 2xx. */
  readonly error: string | undefined;
}

/** Hands deliveries on to a handler on this machine: the very bytes, and the headers as they were. */
export class Forwarder {
  /** No limit of connections: who waited for one would have less time to answer. The worker sends only so much at once. */
  readonly #agent = new Agent({ keepAlive: true });
  readonly #answerTimeoutMs: number;

  constructor(answerTimeoutMs = ANSWER_TIMEOUT_MS) {
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  /** Never rejects. */
  async forward(
    target: string,
    rawHeaders: readonly string[],
    body: Buffer,
    signal: AbortSignal,
  ): Promise<ForwardResult> {
    const request = { method: 'POST', url: new URL(target), headers: endToEnd(rawHeaders), body } as const;
    const limits = { timeoutMs: this.#answerTimeoutMs, maxBodyBytes: 0, agent: this.#agent };
    try {
      const { status, silence } = await askHandler({ ...request, ...limits }, signal);
      return { status, error: this.#errorOf(status, silence) };
    } catch {
      return { status: undefined, error: 'The server was shutting down.' };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #errorOf(status: number | undefined, silence: HandlerSilence | undefined): string | undefined {
    if (silence === 'timeout') return `The handler did not answer within ${this.#answerTimeoutMs / 1000} s.`;
    if (silence === 'connection_refused') return 'Nothing listens at the address of the handler.';
    if (status === undefined) return 'The connection to the handler broke.';
    return status >= 200 && status < 300 ? undefined : 'The handler did not answer 2xx.';
  }
}
