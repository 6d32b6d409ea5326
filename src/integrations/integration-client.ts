import type * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Trace } from '../resilience/pipeline.ts';
import { newTrace } from '../resilience/pipeline.ts';
import { MAX_DEADLINE_MS } from '../resilience/resilience-settings.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { WriteOptions } from './begin-request.ts';
import { beginRequest, planRequest, refuseBlindResume } from './begin-request.ts';
import { toCallError } from './call-error.ts';
import type { HttpRequest } from './http-client.ts';
import type { Integration } from './integration.ts';
import { isAllowed } from './integration.ts';
import type { Operation } from './operation.ts';
import type { Provider, ProviderApi } from './provider.ts';
import { buildRequest } from './request-builder.ts';
import type { RequestEnd, RequestLedger, RequestRecord } from './request-ledger.ts';
import { canonicalJson, sha256 } from './request-row.ts';
import type { CallContext, Sender } from './sender.ts';
import { refuseUntestable } from './test-mode.ts';

export interface ClientOptions {
  sender: Sender;
  ledger: RequestLedger;
  cache: AnswerCache;
  secrets: Secrets;
  clock: Clock;
  log: Log;
  /** True when the person has allowed live mode (BREAKWATER_ALLOW_LIVE=1). */
  allowLive: boolean;
}

export interface Answer<T> {
  data: T;
  requestId: string | undefined;
  attempts: number;
  /** Those of the service's answer to a read, when it was asked. */
  headers?: ResponseHeaders;
  /** Set when the service could not be asked and this is its last answer. */
  stale?: StaleNote;
}

export interface StaleNote {
  ageMs: number;
  /** Our code for why the service could not be asked. */
  reason: string;
}

export interface WriteAnswer<T> extends Answer<T> {
  idempotencyKey: string;
  /** True when the effect had happened before this call. */
  replayed: boolean;
}

/** Failures in which an old answer beats none. */
const UNREACHABLE: ReadonlySet<string> = new Set(['circuit_open', 'rate_limited', 'unavailable', 'timeout']);

/** Operation and input in, typed answer out: mode, ledger, pipeline, HTTP, error mapping, in this order. */
export class IntegrationClient {
  readonly #options: ClientOptions;

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
    const { cache, clock, sender } = this.#options;
    const scope = operation.staleMs === undefined ? undefined : scopeOf(operation, input, context.integration);
    try {
      const response = await sender.send(request, operation, api, context, trace);
      const data = parseAnswer(operation, response.body);
      // Kept beside the answer, not before it.
      if (scope !== undefined) cache.put(scope, data).catch(() => {});
      const { headers } = response;
      return { data, requestId: headers[api.requestIdHeader], attempts: trace.attempts, headers };
    } catch (thrown) {
      const error = toCallError(thrown, context.provider, api, trace, false, clock.now());
      const stale = scope === undefined ? undefined : await this.#stale(operation, scope, error);
      if (stale === undefined) throw error;
      return { ...stale, requestId: undefined, attempts: trace.attempts };
    }
  }

  /** The last good answer, for operations that prefer an old one to none while the service cannot be asked. */
  async #stale<Output extends z.ZodType>(
    operation: Operation<z.ZodObject, Output>,
    scope: string,
    error: AppError,
  ): Promise<{ data: z.output<Output>; stale: StaleNote } | undefined> {
    if (!UNREACHABLE.has(error.code)) return undefined;
    const { cache, clock } = this.#options;
    const kept = await cache.get(scope).catch(() => undefined);
    const ageMs = clock.now() - (kept?.at ?? Number.NEGATIVE_INFINITY);
    if (kept === undefined || ageMs > (operation.staleMs ?? 0)) return undefined;
    return { data: parseAnswer(operation, kept.answer), stale: { ageMs, reason: error.code } };
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
    refuseUntestable(operation, input, context, request.url);
    const kept = operation.digest?.(input) ?? input;
    if (integration.config.mode === 'live') await confirmLive(operation, kept, options, context);
    const account = api.account?.(integration.config.settings);
    const target = account === undefined ? request.url.host : `${request.url.host} (${account})`;
    const plan = planRequest(operation, kept, options, integration, target);
    const startedAt = clock.now();
    const begun = await beginRequest(ledger, plan, clock, signal, context.progress);
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
    return buildRequest(context.integration, api, operation, parseInput(operation, input), this.#options.secrets);
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
    if (!isAllowed(integration, operation.name)) {
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
    const response = await this.#options.sender
      .send(keyed, operation, api, context, trace)
      .catch(async (thrown: unknown) => {
        const error = toCallError(thrown, context.provider, api, trace, true, this.#options.clock.now());
        const state = error.outcome === 'not_executed' ? 'failed' : 'unknown';
        await this.#record(record, { state, error: error.code, attempts: trace.attempts });
        throw error;
      });
    const requestId = response.headers[api.requestIdHeader];
    const kept = operation.output.safeParse(response.body);
    const answer = kept.success ? kept.data : response.body;
    await this.#record(record, { state: 'executed', answer, requestId, attempts: trace.attempts });
    const { replayedHeader } = api.idempotency ?? {};
    const replayed = replayedHeader !== undefined && response.headers[replayedHeader] === 'true';
    const data = parseAnswer(operation, response.body);
    return {
      data,
      requestId,
      attempts: trace.attempts,
      idempotencyKey: record.idempotencyKey,
      replayed,
    };
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

/** What makes two reads the same question. */
function scopeOf(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  { workspace, name, config }: Integration,
): string {
  return sha256(canonicalJson([workspace, name, config.mode, config.baseUrl, config.settings, operation.name, input]));
}

function apiOf(provider: Provider): ProviderApi {
  if (provider.api !== undefined) return provider.api;
  throw new AppError('not_configured', `${provider.title} is known for its webhooks only: it has no operations yet.`);
}

function withKey(request: HttpRequest, api: ProviderApi, key: string): HttpRequest {
  if (api.idempotency === undefined) return request;
  return { ...request, headers: { ...request.headers, [api.idempotency.header]: key } };
}

/** Throws `invalid_input` that names the fields. */
export function parseInput<Input extends z.ZodObject>(operation: Operation<Input>, input: unknown): z.output<Input> {
  const parsed = operation.input.safeParse(input, { reportInput: false });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 10).map(({ path, message }) => ({ field: path.join('.'), message }));
  const list = issues.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ');
  throw new AppError('invalid_input', `The parameters of ${operation.name} are not valid: ${list}.`, {
    hint: 'Correct these parameters and call again. Nothing was sent.',
    details: { issues },
  });
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
