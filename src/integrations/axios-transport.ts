import type { AxiosResponse } from 'axios';
import { Axios } from 'axios';
import type { Log } from '../core/log.ts';
import { checkHeaders } from './check-headers.ts';
import type { ExchangeConfig } from './http-adapter.ts';
import { createHttpAdapter, Exchange, HttpAgents } from './http-adapter.ts';
import type { HttpRequest } from './http-client.ts';

const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

/** axios, our adapter and TLS under it: loaded at the first request, because most sessions that only look things up never need them. */
export class AxiosTransport {
  readonly #agents = new HttpAgents();
  readonly #axios: Axios;

  constructor(log: Log) {
    this.#axios = createAxios(this.#agents, log);
  }

  /** Resolves for every status; throws `AttemptError` where no response came, and `invalid_input` for a header that HTTP cannot carry. */
  async send(request: HttpRequest, signal: AbortSignal): Promise<AxiosResponse<string>> {
    checkHeaders(request.headers);
    const exchange = new Exchange(signal, MAX_RESPONSE_BYTES);
    const config = {
      method: request.method,
      url: request.url.href,
      headers: request.headers,
      data: request.body,
      exchange,
    };
    return this.#axios.request<string>(config satisfies ExchangeConfig & object);
  }

  close(): void {
    this.#agents.destroy();
  }
}

/** A bare `Axios` rather than `axios.create`: the defaults of the latter are merged into every request and none of them is used here. */
function createAxios(agents: HttpAgents, log: Log): Axios {
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

/** Query strings may hold personal data. */
function withoutQuery(url: string | undefined): string | undefined {
  return url?.split('?', 1)[0];
}
