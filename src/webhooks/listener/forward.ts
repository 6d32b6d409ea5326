import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { codeOf } from '../../core/errors.ts';
import { endToEnd } from '../raw-headers.ts';

/** A handler that takes longer has failed: providers give up after about as long. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface ForwardResult {
  readonly status: number | undefined;
  /** In our words; undefined when the handler answered 2xx. */
  readonly error: string | undefined;
}

/** Hands deliveries on to a handler on this machine: the very bytes, and the headers as they were. Follows no redirect. */
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
    const patience = AbortSignal.any([signal, AbortSignal.timeout(this.#answerTimeoutMs)]);
    try {
      const status = await this.#post(new URL(target), rawHeaders, body, patience);
      const isTaken = status >= 200 && status < 300;
      return { status, error: isTaken ? undefined : 'The handler did not answer 2xx.' };
    } catch (thrown) {
      return { status: undefined, error: describe(thrown, patience, signal) };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(url: URL, rawHeaders: readonly string[], body: Buffer, signal: AbortSignal): Promise<number> {
    const headers = ['Host', url.host, ...endToEnd(rawHeaders), 'Content-Length', String(body.length)];
    return new Promise((resolve, reject) => {
      const onAnswer = (answer: IncomingMessage) => {
        answer.once('error', reject).once('end', () => resolve(answer.statusCode ?? 0));
        answer.resume();
      };
      request(url, { method: 'POST', agent: this.#agent, headers, signal }, onAnswer).once('error', reject).end(body);
    });
  }
}

function describe(thrown: unknown, patience: AbortSignal, signal: AbortSignal): string {
  if (signal.aborted) return 'The server was shutting down.';
  if (patience.aborted) return `The handler did not answer within ${ANSWER_TIMEOUT_MS / 1000} s.`;
  const codes = thrown instanceof AggregateError ? thrown.errors.map(codeOf) : [codeOf(thrown)];
  if (codes.includes('ECONNREFUSED')) return 'Nothing listens at the address of the handler.';
  return 'The connection to the handler broke.';
}
