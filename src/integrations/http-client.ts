import { AppError } from '../core/errors.ts';
import { isTextTooDeep } from '../core/json-depth.ts';
import type { Log } from '../core/log.ts';
import { parseJson } from '../core/parse-json.ts';
import { AttemptError } from '../resilience/classify.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';
import type { AxiosTransport, TextResponse } from './axios-transport.ts';
import { assertEgress } from './egress.ts';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  body: string | undefined;
}

export interface HttpResponse {
  status: number;
  headers: ResponseHeaders;
  /** Parsed JSON, or undefined when the response was empty. */
  body: unknown;
}

/** One service as a target: its own connections, its own guard. Sends one attempt and never repeats it. */
export class HttpClient {
  readonly #log: Log;
  readonly #allowLoopback: boolean;
  #transport: Promise<AxiosTransport> | undefined;

  /** @param allowLoopback true in test mode: simulators live there. */
  constructor(log: Log, allowLoopback: boolean) {
    this.#log = log;
    this.#allowLoopback = allowLoopback;
  }

  /**
   * Resolves for 2xx with a JSON body; throws `AttemptError` for every other end of an attempt, `not_allowed` for an address that the
   * egress guard refuses, and `invalid_input` for a header that HTTP cannot carry.
   */
  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    return parse(await this.#request(request, signal));
  }

  /** As `send`, for an answer that is not JSON: resolves with its text. */
  async sendText(request: HttpRequest, signal: AbortSignal): Promise<string> {
    const { status, headers, text } = await this.#request(request, signal);
    if (status >= 200 && status < 300) return text;
    throw new AttemptError({ kind: 'response', status, headers });
  }

  async #request(request: HttpRequest, signal: AbortSignal): Promise<TextResponse> {
    assertEgress(request.url, this.#allowLoopback);
    this.#transport ??= import('./axios-transport.ts').then(({ AxiosTransport }) => new AxiosTransport(this.#log));
    const transport = await this.#transport;
    return transport.send(request, signal);
  }

  close(): void {
    void this.#transport?.then(
      (transport) => transport.close(),
      () => {},
    );
  }
}

function parse({ status, headers, text }: TextResponse): HttpResponse {
  const body = parseBody(text);
  if (status < 200 || status >= 300) throw new AttemptError({ kind: 'response', status, headers }, body.value);
  // The service did the work, but what it said is lost: a repeat with the same key asks for it again.
  if (!body.ok) throw new AttemptError({ kind: 'network', code: 'INVALID_BODY', sent: true });
  return { status, headers, body: body.value };
}

function parseBody(text: string): { ok: boolean; value: unknown } {
  const value = isTextTooDeep(text) ? undefined : parseJson(text);
  return { ok: value !== undefined || text === '', value };
}

/** The answer for an attempt that ended without a response. */
export function silenceError(error: AttemptError, service: string): AppError {
  const { failure } = error;
  if (failure.kind === 'timeout') {
    return error.cause instanceof AppError
      ? error.cause
      : new AppError('timeout', `${service} did not answer in time.`);
  }
  if (failure.kind === 'cancelled') return new AppError('cancelled', 'The call was cancelled.');
  const code = failure.kind === 'network' ? failure.code : 'NETWORK';
  if (code === 'EGRESS_FORBIDDEN') {
    return new AppError(
      'not_allowed',
      `The name of ${service} leads to an address inside a private network. Nothing was sent.`,
      {
        hint: 'Check how this machine resolves names: the hosts file, the DNS server, a VPN.',
      },
    );
  }
  return new AppError('unavailable', `${service} could not be reached or broke off (${code}).`, {
    hint: 'Check the network and breaker_status, then call again.',
    details: { cause: code },
  });
}
