import http from 'node:http';
import https from 'node:https';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { AppError } from '../core/errors.ts';
import { AttemptError } from '../resilience/classify.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';
import { CutShort } from '../resilience/time-limit.ts';
import { guardedLookup } from './egress.ts';
import type { HttpRequest } from './http-client.ts';

/** What the adapter needs beside axios' own configuration, and what it learns. A class, because axios copies plain objects. */
export class Exchange {
  /** The address that axios has as text, and the headers: axios would go through them half a dozen times. */
  readonly target: Pick<HttpRequest, 'url' | 'headers'>;
  readonly signal: AbortSignal;
  readonly maxResponseBytes: number;
  /** True once a connection stood: from then on bytes may have left. */
  sent = false;
  /** Those of the answer, by their names in lower case. */
  headers: ResponseHeaders = {};

  constructor(target: Pick<HttpRequest, 'url' | 'headers'>, signal: AbortSignal, maxResponseBytes: number) {
    this.target = target;
    this.signal = signal;
    this.maxResponseBytes = maxResponseBytes;
  }
}

export interface ExchangeConfig {
  exchange: Exchange;
}

const agentOptions = { keepAlive: true, keepAliveMsecs: 1_000, scheduling: 'lifo' } as const;

/** Keep-alive connections of one integration. No proxy, no redirects: a request goes where it was addressed or nowhere. */
export class HttpAgents {
  readonly #http = new http.Agent(agentOptions);
  readonly #https = new https.Agent(agentOptions);

  for(url: URL): http.Agent {
    return url.protocol === 'https:' ? this.#https : this.#http;
  }

  destroy(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/**
 * An axios adapter straight over `node:http(s)`: it costs a fraction of axios' own, tells whether a request can have left, ends the
 * socket when the signal aborts, and checks every address at connect. Rejects with `AttemptError`; resolves for every status.
 */
export function createHttpAdapter(agents: HttpAgents): AxiosAdapter {
  return (config) =>
    new Promise<AxiosResponse>((resolve, reject) => {
      const { exchange } = config as InternalAxiosRequestConfig & ExchangeConfig;
      const { signal } = exchange;
      if (signal.aborted) return reject(toAttemptError(signal.reason, exchange));
      const fail = (thrown: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(toAttemptError(thrown, exchange));
      };
      const request = open(config, exchange.target, agents, (response) => {
        const done = (data: string) => {
          exchange.headers = response.headers as ResponseHeaders;
          signal.removeEventListener('abort', onAbort);
          resolve({
            data,
            status: response.statusCode ?? 0,
            statusText: response.statusMessage ?? '',
            // Not through axios: it would copy them twice, and a header named like one of its methods would break it.
            headers: {},
            config,
            request,
          });
        };
        collect(response, exchange.maxResponseBytes, done, fail);
      });
      const onAbort = () => {
        request.destroy();
        // Also where a request that is over says nothing any more.
        fail(signal.reason);
      };
      request.on('error', fail);
      // Node hands over a connection that becomes another protocol, and then tells no more of the request.
      request.on('upgrade', (_response, socket) => {
        socket.destroy();
        fail(new Error('The service changed the protocol'));
      });
      request.on('socket', (socket) => {
        if (!socket.connecting) exchange.sent = true;
        else
          socket.once(socket instanceof Object && 'encrypted' in socket ? 'secureConnect' : 'connect', () => {
            exchange.sent = true;
          });
      });
      signal.addEventListener('abort', onAbort, { once: true });
      request.end(config.data);
    });
}

function open(
  config: InternalAxiosRequestConfig,
  { url, headers }: Exchange['target'],
  agents: HttpAgents,
  onResponse: (response: http.IncomingMessage) => void,
): http.ClientRequest {
  // Called through the module object: msw replaces these functions there.
  const module = url.protocol === 'https:' ? https : http;
  const options = {
    method: config.method?.toUpperCase() ?? 'GET',
    headers: framed(headers, config.data),
    agent: agents.for(url),
    lookup: guardedLookup,
  };
  return module.request(url, options as http.RequestOptions, onResponse);
}

/** With the length of the body: for methods that seldom have one (DELETE), Node sends it without, and it would begin the next request. */
function framed(headers: HttpRequest['headers'], body: unknown): http.OutgoingHttpHeaders {
  return typeof body === 'string' ? { ...headers, 'content-length': Buffer.byteLength(body) } : headers;
}

/** Reads the body to its end: by events, because an iterator over a stream costs as much as all the rest of reading it. */
function collect(
  response: http.IncomingMessage,
  maxBytes: number,
  done: (text: string) => void,
  fail: (thrown: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes)
      response.destroy(Object.assign(new Error('Response too large'), { code: 'RESPONSE_TOO_LARGE' }));
    else chunks.push(chunk);
  });
  response.on('end', () => done(Buffer.concat(chunks, size).toString('utf8')));
  // Also when the connection ends before the body does.
  response.on('error', fail);
}

function toAttemptError(thrown: unknown, { signal, sent }: Exchange): AttemptError {
  if (signal.aborted) {
    const timedOut = signal.reason instanceof AppError && signal.reason.code === 'timeout';
    if (!timedOut) return new AttemptError({ kind: 'cancelled', sent }, undefined, signal.reason);
    const ours = signal.reason instanceof CutShort;
    return new AttemptError({ kind: 'timeout', sent, ...(ours ? { ours } : {}) }, undefined, signal.reason);
  }
  const code = (thrown as NodeJS.ErrnoException).code ?? 'NETWORK';
  return new AttemptError({ kind: 'network', code, sent }, undefined, thrown);
}
