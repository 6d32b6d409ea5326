import type { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Secrets } from '../core/secrets.ts';
import { AttemptError } from '../resilience/classify.ts';
import type { Pipeline, Trace } from '../resilience/pipeline.ts';
import { newTrace } from '../resilience/pipeline.ts';
import { MAX_DEADLINE_MS, resolveResilience } from '../resilience/resilience-settings.ts';
import type { WriteOptions } from './begin-request.ts';
import { beginRequest, planRequest, refuseBlindResume } from './begin-request.ts';
import { toCallError } from './call-error.ts';
import type { HttpRequest, HttpResponse } from './http-client.ts';
import { HttpClient } from './http-client.ts';
import type { Integration } from './integration.ts';
import { breakerKey } from './integration.ts';
import type { Operation } from './operation.ts';
import type { Provider, ProviderApi } from './provider.ts';
import { buildRequest } from './request-builder.ts';
import type { RequestEnd, RequestLedger, RequestRecord } from './request-ledger.ts';

export interface ClientOptions {
  pipeline: Pipeline;
  ledger: RequestLedger;
  secrets: Secrets;
  clock: Clock;
  log: Log;
  /** True when the person has allowed live mode (BREAKWATER_ALLOW_LIVE=1). */
  allowLive: boolean;
}

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

export interface Answer<T> {
  data: T;
  requestId: string | undefined;
  attempts: number;
}

export interface WriteAnswer<T> extends Answer<T> {
  idempotencyKey: string;
  /** True when the effect had happened before this call. */
  replayed: boolean;
}

/** Operation and input in, typed answer out: mode, ledger, pipeline, HTTP, error mapping, in this order. */
export class IntegrationClient {
  readonly #options: ClientOptions;
  readonly #http = new Map<boolean, HttpClient>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Calls an operation that changes nothing. */
  async read<Input extends z.ZodObject, Output extends z.ZodType>(
    operation: Operation<Input, Output>,
    input: z.input<Input>,
    context: CallContext,
  ): Promise<Answer<z.output<Output>>> {
    const api = this.#open(context, operation);
    const request = this.preview(operation, input, context);
    const trace = newTrace();
    try {
      const response = await this.#send(request, operation, api, context, trace);
      return {
        data: parseAnswer(operation, response.body),
        requestId: response.headers[api.requestIdHeader],
        attempts: trace.attempts,
      };
    } catch (thrown) {
      throw toCallError(thrown, context.provider, api, trace, false, this.#options.clock.now());
    }
  }

  /**
   * Calls an operation that has an effect, exactly once for each reference: repeats are answered from the ledger or continue with the
   * same idempotency key.
   */
  async write<Input extends z.ZodObject, Output extends z.ZodType>(
    operation: Operation<Input, Output>,
    input: z.input<Input>,
    options: WriteOptions,
    context: CallContext,
  ): Promise<WriteAnswer<z.output<Output>>> {
    const api = this.#open(context, operation);
    const request = this.preview(operation, input, context);
    const { ledger, clock } = this.#options;
    const { integration, signal } = context;
    if (integration.config.mode === 'live') await confirmLive(operation, input, options, context);
    const plan = planRequest(operation, input, options, integration);
    const startedAt = clock.now();
    const begun = await beginRequest(ledger, plan, clock, signal);
    const { record } = begun;
    if (begun.kind === 'replay') return replay(operation, record);
    if (begun.resumed) await refuseBlindResume(ledger, record, operation, context.provider, clock.now());
    const trace = newTrace(begun.resumed ? 'unknown' : 'not_executed');
    // Waiting for another call with the same reference is paid from the time of this one.
    const withinMs = MAX_DEADLINE_MS - (clock.now() - startedAt);
    return this.#sendRecorded(request, operation, record, api, trace, { ...context, withinMs });
  }

  /** The request as it would be sent. Reads the secrets: show it to nobody unredacted. */
  preview<Input extends z.ZodObject>(
    operation: Operation<Input>,
    input: z.input<Input>,
    context: CallContext,
  ): HttpRequest {
    const api = apiOf(context.provider);
    return buildRequest(context.integration, api, operation, operation.input.parse(input), this.#options.secrets);
  }

  close(): void {
    for (const http of this.#http.values()) http.close();
  }

  /** Checks what must hold before anything is prepared or sent. */
  #open({ provider, integration }: CallContext, operation: Operation): ProviderApi {
    const { name, config } = integration;
    if (config.mode === 'live' && !this.#options.allowLive) {
      throw new AppError(
        'not_allowed',
        `Integration "${name}" is in live mode, and live mode is locked. Nothing was sent.`,
        {
          hint: 'A person unlocks it with BREAKWATER_ALLOW_LIVE=1 in the environment of the server.',
        },
      );
    }
    if (config.allow !== undefined && !config.allow.includes(operation.name)) {
      throw new AppError('not_allowed', `Integration "${name}" does not allow ${operation.name}.`, {
        hint: 'A person can extend "allow" with configure_integration.',
        details: { allowed: config.allow },
      });
    }
    return apiOf(provider);
  }

  async #sendRecorded<Output extends z.ZodType>(
    request: HttpRequest,
    operation: Operation<z.ZodObject, Output>,
    record: RequestRecord,
    api: ProviderApi,
    trace: Trace,
    context: CallContext,
  ): Promise<WriteAnswer<z.output<Output>>> {
    const keyed = withKey(request, api, record.idempotencyKey);
    const response = await this.#send(keyed, operation, api, context, trace).catch(async (thrown: unknown) => {
      const error = toCallError(thrown, context.provider, api, trace, true, this.#options.clock.now());
      const state = error.outcome === 'not_executed' ? 'failed' : 'unknown';
      await this.#record(record, { state, error: error.code, attempts: trace.attempts });
      throw error;
    });
    const requestId = response.headers[api.requestIdHeader];
    const kept = operation.output.safeParse(response.body);
    const answer = kept.success ? kept.data : response.body;
    await this.#record(record, { state: 'executed', answer, requestId, attempts: trace.attempts });
    const replayed = api.idempotency !== undefined && response.headers[api.idempotency.replayedHeader] === 'true';
    const data = parseAnswer(operation, response.body);
    return { data, requestId, attempts: trace.attempts, idempotencyKey: record.idempotencyKey, replayed };
  }

  /**
   * Keeps how a request ended. When that fails (a full disk) the row stays as it was begun, and the next call with its reference
   * continues with the same key: what the service answered is worth more to the caller than the error.
   */
  async #record(record: RequestRecord, end: RequestEnd): Promise<void> {
    await this.#options.ledger.end(record, end).catch((thrown: unknown) => {
      this.#options.log.error(
        { reference: record.reference, state: end.state, cause: messageOf(thrown) },
        'ledger not written',
      );
    });
  }

  /** One call through the pipeline. An error body that is an answer comes back as a response. */
  #send(
    request: HttpRequest,
    operation: Operation,
    api: ProviderApi,
    context: CallContext,
    trace: Trace,
  ): Promise<HttpResponse> {
    const { integration, signal, progress, withinMs = MAX_DEADLINE_MS } = context;
    const settings = resolveResilience(integration.config.resilience);
    const key = breakerKey(request.url.host, operation.class);
    const call = {
      key,
      repeat: operation.repeat,
      settings: { ...settings, deadlineMs: Math.min(settings.deadlineMs, withinMs) },
      signal,
      onPause: (pause: { attempt: number; maxAttempts: number; pauseMs: number }) =>
        progress(`attempt ${pause.attempt} of ${pause.maxAttempts}, waiting ${Math.round(pause.pauseMs)} ms`),
    };
    return this.#options.pipeline.run(call, trace, async ({ signal: attemptSignal, attempt }) => {
      const started = performance.now();
      const note = (result: object) =>
        this.#options.log.info(
          { breaker: key, operation: operation.name, attempt, ms: Math.round(performance.now() - started), ...result },
          'attempt',
        );
      try {
        const response = await this.#httpFor(integration).send(request, attemptSignal);
        note({ status: response.status, request_id: response.headers[api.requestIdHeader] });
        return response;
      } catch (thrown) {
        note(
          thrown instanceof AttemptError
            ? { failure: thrown.failure.kind, cause: thrown.message }
            : { failure: 'refused' },
        );
        return answerOrThrow(operation, thrown);
      }
    });
  }

  #httpFor({ config }: Integration): HttpClient {
    const allowLoopback = config.mode === 'test';
    let http = this.#http.get(allowLoopback);
    if (http === undefined) {
      http = new HttpClient(this.#options.log, allowLoopback);
      this.#http.set(allowLoopback, http);
    }
    return http;
  }
}

function confirmLive(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  options: WriteOptions,
  { provider, integration, confirm }: CallContext,
): Promise<void> {
  const message = `${operation.name} at ${provider.title} in LIVE mode, reference "${options.reference}": ${JSON.stringify(input)}`;
  return confirm(message, { integration: integration.name, operation: operation.name, input, options });
}

function replay<Output extends z.ZodType>(
  operation: Operation<z.ZodObject, Output>,
  { answer, requestId, idempotencyKey }: RequestRecord,
): WriteAnswer<z.output<Output>> {
  const data = parseAnswer(operation, answer);
  return { data, requestId: requestId ?? undefined, attempts: 0, idempotencyKey, replayed: true };
}

function apiOf(provider: Provider): ProviderApi {
  if (provider.api !== undefined) return provider.api;
  throw new AppError('not_configured', `${provider.title} is known for its webhooks only: it has no operations yet.`);
}

function withKey(request: HttpRequest, api: ProviderApi, key: string): HttpRequest {
  if (api.idempotency === undefined) return request;
  return { ...request, headers: { ...request.headers, [api.idempotency.header]: key } };
}

function answerOrThrow(operation: Operation, thrown: unknown): HttpResponse {
  if (!(thrown instanceof AttemptError) || thrown.failure.kind !== 'response') throw thrown;
  const body = operation.answerFromError?.(thrown.body);
  if (body === undefined) throw thrown;
  return { status: thrown.failure.status, headers: thrown.failure.headers, body };
}

function parseAnswer<Output extends z.ZodType>(
  operation: Operation<z.ZodObject, Output>,
  body: unknown,
): z.output<Output> {
  const parsed = operation.output.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError('internal', `The answer to ${operation.name} does not have the expected shape.`, {
    hint: 'The request was executed. Check the API version that is configured.',
    outcome: 'executed',
    details: { fields: parsed.error.issues.slice(0, 10).map((issue) => issue.path.join('.')) },
  });
}
