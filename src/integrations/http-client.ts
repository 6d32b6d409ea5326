import { validateHeaderValue } from 'node:http';
import type { Axios, AxiosResponse } from 'axios';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { AttemptError } from '../resilience/classify.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';
import { assertEgress } from './egress.ts';
import type { ExchangeConfig } from './http-adapter.ts';
import { createHttpAdapter, Exchange, HttpAgents } from './http-adapter.ts';

const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

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
  readonly #agents = new HttpAgents();
  #axios: Promise<Axios> | undefined;

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
    const { status, headers, data } = await this.#request(request, signal);
    if (status >= 200 && status < 300) return data;
    throw new AttemptError({ kind: 'response', status, headers: headers as ResponseHeaders });
  }

  async #request(request: HttpRequest, signal: AbortSignal): Promise<AxiosResponse<string>> {
    assertEgress(request.url, this.#allowLoopback);
    checkHeaders(request.headers);
    this.#axios ??= createAxios(this.#agents, this.#log);
    const axios = await this.#axios;
    const exchange = new Exchange(signal, MAX_RESPONSE_BYTES);
    const config = {
      method: request.method,
      url: request.url.href,
      headers: request.headers,
      data: request.body,
      exchange,
    };
    return axios.request<string>(config satisfies ExchangeConfig & object);
  }

  close(): void {
    this.#agents.destroy();
  }
}

/**
 * A bare `Axios` rather than `axios.create`: the defaults of the latter are merged into every request and none of them is used here.
 * Loaded at the first request: most sessions that only look things up never need it.
 */
async function createAxios(agents: HttpAgents, log: Log): Promise<Axios> {
  const { Axios } = await import('axios');
  const identity = (data: unknown) => data;
  const instance = new Axios({
    adapter: createHttpAdapter(agents),
    transformRequest: identity,
    transformResponse: identity,
  });
  instance.interceptors.request.use((config) => {
    log.debug({ method: config.method, url: withoutQuery(config.url) }, 'request');
    return config;
  });
  instance.interceptors.response.use((response) => {
    log.debug({ url: withoutQuery(response.config.url), status: response.status }, 'response');
    return response;
  });
  return instance;
}

/** Throws `invalid_input` for characters that HTTP forbids: axios would drop them, and send another value than was meant. */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderValue(name, value);
    } catch (cause) {
      throw new AppError('invalid_input', `The header ${name} would hold characters that HTTP does not allow.`, {
        hint: 'Correct the key, setting or id that it is made of. Nothing was sent.',
        cause,
      });
    }
  }
}

function parse(response: AxiosResponse<string>): HttpResponse {
  const { status, data } = response;
  const headers = response.headers as ResponseHeaders;
  const body = parseJson(data);
  if (status < 200 || status >= 300) throw new AttemptError({ kind: 'response', status, headers }, body.value);
  // The service did the work, but what it said is lost: a repeat with the same key asks for it again.
  if (!body.ok) throw new AttemptError({ kind: 'network', code: 'INVALID_BODY', sent: true });
  return { status, headers, body: body.value };
}

function parseJson(text: string): { ok: boolean; value: unknown } {
  if (text === '') return { ok: true, value: undefined };
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? { ok: false, value: undefined } : { ok: true, value };
  } catch {
    return { ok: false, value: undefined };
  }
}

/** Deeper than any API answers, and what stacks of callers can walk through. */
const MAX_DEPTH = 200;

function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** Query strings may hold personal data. */
function withoutQuery(url: string | undefined): string | undefined {
  return url?.split('?', 1)[0];
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
