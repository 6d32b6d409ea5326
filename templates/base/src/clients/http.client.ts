import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AxiosInstance, AxiosResponse } from 'axios';
import axios, { isAxiosError } from 'axios';
import type { IntegrationError, Logger, Outcome } from '../types/index.js';
import { PermanentError, TransientError } from '../types/index.js';
import type { CircuitState } from '../utils/circuit-breaker.util.js';
import { CircuitBreaker } from '../utils/circuit-breaker.util.js';
import { parseRetryAfter, RetryBudget, retry } from '../utils/retry.util.js';

export interface HttpClientOptions {
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
  logger: Logger;
  /** Milliseconds that one attempt may take. */
  timeoutMs?: number;
  /** Milliseconds that a request with all its repeats may take. */
  deadlineMs?: number;
  /** Upper bound of the first pause between attempts, in milliseconds. */
  retryBaseMs?: number;
  /** The provider's machine code in an error answer. */
  codeOf?(body: unknown): string | undefined;
  /** What the provider says about a repeat; undefined where the status decides. */
  saysRetry?(answer: Answer): boolean | undefined;
}

export interface HttpRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** True when a repeat has no further effect: a GET, or a POST with an idempotency key. */
  isRepeatable: boolean;
  signal?: AbortSignal | undefined;
}

export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, unknown>>;
  body: unknown;
}

const MAX_ANSWER_BYTES = 5 * 1024 * 1024;
/** Statuses after which the same request may succeed. */
const TRANSIENT_STATUS = new Set([408, 409, 425, 429, 500, 502, 503, 504]);
/** Nothing can have reached the provider. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);

/** Every request of this integration: timeout, circuit breaker and retry around one Axios instance. */
export class HttpClient {
  readonly #axios: AxiosInstance;
  readonly #options: HttpClientOptions;
  readonly #budget = new RetryBudget();
  readonly #breaker = new CircuitBreaker({ failureThreshold: 5, breakMs: 10_000, isFailure: isOutage });

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#axios = axios.create({
      baseURL: options.baseUrl,
      timeout: options.timeoutMs ?? 10_000,
      headers: { ...options.headers },
      httpAgent: new HttpAgent({ keepAlive: true }),
      httpsAgent: new HttpsAgent({ keepAlive: true }),
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      // A status is judged here, not thrown by Axios, whose errors carry the authorization header.
      validateStatus: () => true,
    });
    this.#logRequests();
  }

  get circuit(): CircuitState {
    return this.#breaker.state;
  }

  /** The answer with a 2xx status. Throws `TransientError` or `PermanentError`. */
  async request(request: HttpRequest): Promise<Answer> {
    const { deadlineMs = 30_000, retryBaseMs = 500 } = this.#options;
    return retry(() => this.#breaker.run(() => this.#attempt(request)), {
      maxAttempts: 3,
      baseMs: retryBaseMs,
      maxMs: 8_000,
      deadlineMs,
      budget: this.#budget,
      isRepeatable: request.isRepeatable,
      signal: request.signal,
    });
  }

  async #attempt({ method, path, body, headers, signal }: HttpRequest): Promise<Answer> {
    const response = await this.#send(method, path, body, headers, signal);
    const answer: Answer = { status: response.status, headers: response.headers, body: response.data };
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw this.#refusal(answer);
  }

  async #send(
    method: string,
    url: string,
    data: string | undefined,
    headers: HttpRequest['headers'] = {},
    caller: AbortSignal | undefined,
  ): Promise<AxiosResponse<unknown>> {
    // Axios' own timeout begins with the connection; this one covers name lookup and slow bodies too.
    const limit = AbortSignal.timeout(this.#options.timeoutMs ?? 10_000);
    const signal = caller === undefined ? limit : AbortSignal.any([caller, limit]);
    try {
      return await this.#axios.request({ method, url, data, headers: { ...headers }, signal });
    } catch (thrown) {
      if (caller?.aborted) throw new PermanentError('The caller left.', { outcome: 'unknown' });
      const code = isAxiosError(thrown) ? thrown.code : undefined;
      const outcome: Outcome = code !== undefined && NOT_CONNECTED.has(code) ? 'not_executed' : 'unknown';
      throw new TransientError(`No answer from the provider (${code ?? 'unknown'}).`, { outcome });
    }
  }

  #refusal(answer: Answer): IntegrationError {
    const { status, headers, body } = answer;
    const { codeOf, saysRetry } = this.#options;
    const isTransient = saysRetry?.(answer) ?? TRANSIENT_STATUS.has(status);
    const facts = {
      status,
      outcome: status >= 500 ? ('unknown' as const) : ('not_executed' as const),
      providerCode: codeOf?.(body),
      retryAfterMs: parseRetryAfter(headers['retry-after']),
    };
    const message = `The provider answered ${status}.`;
    return isTransient ? new TransientError(message, facts) : new PermanentError(message, facts);
  }

  /** Interceptors only log. A retry inside one would repeat itself, and requests that must not be repeated. */
  #logRequests(): void {
    const { logger } = this.#options;
    this.#axios.interceptors.request.use((config) => {
      logger.info('request', { method: config.method, path: config.url });
      return config;
    });
    this.#axios.interceptors.response.use(
      (response) => {
        logger.info('answer', { path: response.config.url, status: response.status });
        return response;
      },
      (thrown: unknown) => {
        logger.warn('no answer', { code: isAxiosError(thrown) ? thrown.code : undefined });
        return Promise.reject(thrown);
      },
    );
  }
}

/** Errors that count against the provider: no answer or 5xx. A rate limit is the provider at work. */
function isOutage(thrown: unknown): boolean {
  return thrown instanceof TransientError && (thrown.status === undefined || thrown.status >= 500);
}
