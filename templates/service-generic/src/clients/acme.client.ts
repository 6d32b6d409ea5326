import type { Logger } from '../types/index.js';
import type { HttpClientOptions } from './http.client.js';
import { HttpClient } from './http.client.js';

/** What the services use of the provider; `tests/mocks/acme.mock.ts` stands in for it. Add a method per operation. */
export interface AcmeApi {
  get(path: string, signal?: AbortSignal): Promise<unknown>;
  /** A POST is not repeated unless nothing was executed. */
  post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
}

export interface AcmeClientOptions extends Pick<HttpClientOptions, 'timeoutMs' | 'retryBaseMs'> {
  baseUrl: string;
  apiKey: string;
  logger: Logger;
}

export class AcmeClient implements AcmeApi {
  readonly #http: HttpClient;

  constructor({ apiKey, ...options }: AcmeClientOptions) {
    this.#http = new HttpClient({
      ...options,
      headers: { ...authentication(apiKey), 'content-type': 'application/json' },
    });
  }

  async get(path: string, signal?: AbortSignal): Promise<unknown> {
    return (await this.#http.request({ method: 'GET', path, isRepeatable: true, signal })).body;
  }

  async post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    const request = { method: 'POST', path, body: JSON.stringify(body), isRepeatable: false, signal } as const;
    return (await this.#http.request(request)).body;
  }
}

function authentication(apiKey: string): Record<string, string> {
  return { authorization: `Bearer ${apiKey}` };
}
