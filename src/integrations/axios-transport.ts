import { Axios } from 'axios';
import type { Log } from '../core/log.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';
import { checkHeaders } from './check-headers.ts';
import type { ExchangeConfig } from './http-adapter.ts';
import { createHttpAdapter, Exchange, HttpAgents } from './http-adapter.ts';
import type { HttpRequest } from './http-client.ts';

/** An answer as it came. */
export interface TextResponse {
  status: number;
  headers: ResponseHeaders;
  text: string;
}

const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

/** axios, our adapter and TLS under it: loaded at the first request, because most sessions that only look things up never need them. */
export class AxiosTransport {
  readonly #agents = new HttpAgents();
  /**
   * A bare `Axios` rather than `axios.create`, and neither transforms nor interceptors: each of them goes through all headers, or adds
   * promises, at every request, and none is needed.
   */
  readonly #axios = new Axios({ adapter: createHttpAdapter(this.#agents) });
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Resolves for every status; throws `AttemptError` where no response came, and `invalid_input` for a header that HTTP cannot carry. */
  async send(request: HttpRequest, signal: AbortSignal): Promise<TextResponse> {
    const { method, url, headers, body } = request;
    checkHeaders(headers);
    // Without the query: it may hold personal data.
    const target = `${url.origin}${url.pathname}`;
    this.#log.debug({ method, url: target }, 'request');
    const exchange = new Exchange(request, signal, MAX_RESPONSE_BYTES);
    const config = { method, url: url.href, data: body, exchange };
    const { status, data } = await this.#axios.request<string>(config satisfies ExchangeConfig & object);
    this.#log.debug({ url: target, status }, 'response');
    return { status, headers: exchange.headers, text: data };
  }

  close(): void {
    this.#agents.destroy();
  }
}
