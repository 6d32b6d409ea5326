import type { Context } from '@opentelemetry/api';
import { AppError, codeOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { inSpan, recordDuration } from '../core/telemetry.ts';
import type { AttemptFailure } from '../resilience/classify.ts';
import { AttemptError } from '../resilience/classify.ts';
import type { CallEnd, Metrics } from '../resilience/metrics.ts';
import { MAX_DEADLINE_MS } from '../resilience/patience.ts';
import type { AttemptContext, Call, Pipeline, Trace } from '../resilience/pipeline.ts';
import { resolveResilience } from '../resilience/resilience-settings.ts';
import type { HttpRequest, HttpResponse } from './http-client.ts';
import { HttpClient } from './http-client.ts';
import type { Integration } from './integration.ts';
import { breakerKey } from './integration.ts';
import type { Operation } from './operation.ts';
import type { Provider, ProviderApi } from './provider.ts';

/** Where a call goes and who waits for it. */
export interface CallContext {
  provider: Provider;
  integration: Integration;
  signal: AbortSignal;
  /** The most that the call may take, in milliseconds, where that is less than the integration's deadline. */
  withinMs?: number;
  progress(message: string): void;
  /** Asks for consent to what `subject` describes; throws `not_allowed` without it. */
  confirm(message: string, subject: unknown): Promise<void>;
}

/** Sends one request through the pipeline, and leaves a trace of it: a log line per attempt, counters, spans. */
export class Sender {
  readonly #pipeline: Pipeline;
  readonly #metrics: Metrics;
  readonly #log: Log;
  readonly #http = new Map<boolean, HttpClient>();

  constructor(pipeline: Pipeline, metrics: Metrics, log: Log) {
    this.#pipeline = pipeline;
    this.#metrics = metrics;
    this.#log = log;
  }

  /** An error body that is an answer comes back as a response. Throws what the pipeline throws; `trace` is filled in either way. */
  async send(
    request: HttpRequest,
    operation: Operation,
    api: ProviderApi,
    context: CallContext,
    trace: Trace,
  ): Promise<HttpResponse> {
    const call = callOf(request, operation, context);
    const attributes = { 'breakwater.operation': operation.name, 'breakwater.breaker': call.key };
    const startedAt = performance.now();
    let end: CallEnd = 'success';
    try {
      return await inSpan('breakwater.call', attributes, (_span, inside) =>
        this.#pipeline.run(call, trace, (attemptContext) =>
          this.#attempt({ request, operation, api, context, inside }, call.key, attemptContext),
        ),
      );
    } catch (thrown) {
      end = endOf(thrown, trace);
      if (end !== 'cancelled') this.#metrics.noteError(call.key, nameOf(thrown));
      throw thrown;
    } finally {
      const durationMs = performance.now() - startedAt;
      this.#metrics.record(call.key, { end, attempts: trace.attempts, durationMs });
      recordDuration(durationMs, { ...attributes, 'breakwater.end': end });
    }
  }

  close(): void {
    for (const http of this.#http.values()) http.close();
  }

  async #attempt(
    { request, operation, api, context, inside }: AttemptPlan,
    breaker: string,
    { signal, attempt, breaker: state }: AttemptContext,
  ): Promise<HttpResponse> {
    const startedAt = performance.now();
    const note = (result: object) => {
      const ms = Math.round(performance.now() - startedAt);
      const { method, url } = request;
      const target = `${url.origin}${url.pathname}`;
      this.#log.info(
        { breaker, state, operation: operation.name, method, url: target, attempt, ms, ...result },
        'attempt',
      );
    };
    return inSpan(
      'breakwater.attempt',
      { 'breakwater.attempt': attempt },
      async (span) => {
        try {
          const response = refuseErrorIn(await this.#httpFor(context.integration).send(request, signal), api);
          span.setAttribute('http.response.status_code', response.status);
          this.#metrics.noteAnswer(breaker, response.headers);
          note({ status: response.status, request_id: response.headers[api.requestIdHeader] });
          return operation.answerFrom === undefined ? response : { ...response, body: operation.answerFrom(response) };
        } catch (thrown) {
          note(describe(thrown));
          if (thrown instanceof AttemptError && thrown.failure.kind === 'response') {
            this.#metrics.noteAnswer(breaker, thrown.failure.headers);
          }
          return answerOrThrow(operation, thrown);
        }
      },
      inside,
    );
  }

  #httpFor({ config }: Integration): HttpClient {
    const allowLoopback = config.mode === 'test';
    let http = this.#http.get(allowLoopback);
    if (http === undefined) {
      http = new HttpClient(this.#log, allowLoopback);
      this.#http.set(allowLoopback, http);
    }
    return http;
  }
}

interface AttemptPlan {
  request: HttpRequest;
  operation: Operation;
  api: ProviderApi;
  context: CallContext;
  /** The span of the call. */
  inside: Context;
}

function callOf(request: HttpRequest, operation: Operation, context: CallContext): Call {
  const { integration, signal, progress, withinMs = MAX_DEADLINE_MS } = context;
  const settings = resolveResilience(integration.config.resilience, operation.class);
  return {
    key: breakerKey(request.url.host, operation.class),
    repeat: operation.repeat,
    settings: { ...settings, deadlineMs: Math.min(settings.deadlineMs, withinMs) },
    signal,
    onPause: ({ attempt, maxAttempts, pauseMs }) =>
      progress(`attempt ${attempt} of ${maxAttempts}, waiting ${Math.round(pauseMs)} ms`),
    onQueue: (before) => progress(`waiting for a free place, ${before} before this call`),
    onWait: (waitMs) => progress(`waiting ${Math.round(waitMs)} ms: the service or its rate limit asks for it`),
  };
}

/** An error that came with status 200 counts as what it means, for retry and breaker too. */
function refuseErrorIn(response: HttpResponse, api: ProviderApi): HttpResponse {
  const status = api.statusOf?.(response.body);
  if (status === undefined) return response;
  throw new AttemptError({ kind: 'response', status, headers: response.headers }, response.body);
}

function answerOrThrow(operation: Operation, thrown: unknown): HttpResponse {
  if (!(thrown instanceof AttemptError) || thrown.failure.kind !== 'response') throw thrown;
  const body = operation.answerFromError?.(thrown.body);
  if (body === undefined) throw thrown;
  return { status: thrown.failure.status, headers: thrown.failure.headers, body };
}

function endOf(thrown: unknown, trace: Trace): CallEnd {
  const cancelled =
    thrown instanceof AttemptError ? thrown.failure.kind === 'cancelled' : codeOf(thrown) === 'cancelled';
  if (cancelled) return 'cancelled';
  return trace.attempts === 0 ? 'refused' : 'failure';
}

/** A failure in a word or two. */
function nameOf(thrown: unknown): string {
  if (!(thrown instanceof AttemptError)) return codeOf(thrown) ?? 'unexpected';
  const { failure } = thrown;
  if (failure.kind === 'response') return `HTTP ${failure.status}`;
  return failure.kind === 'network' ? failure.code : failure.kind;
}

function describe(thrown: unknown): object {
  if (thrown instanceof AttemptError) return summary(thrown.failure);
  return { failure: thrown instanceof AppError ? thrown.code : 'unexpected' };
}

function summary(failure: AttemptFailure): object {
  if (failure.kind === 'response') return { failure: 'response', status: failure.status };
  return failure.kind === 'network' ? { failure: 'network', cause: failure.code } : { failure: failure.kind };
}
