import type * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Secrets } from '../core/secrets.ts';
import { MAX_DEADLINE_MS } from '../resilience/patience.ts';
import { newTrace } from '../resilience/pipeline.ts';
import type { Answer, StaleNote, WriteAnswer } from './answer.ts';
import { parseAnswer } from './answer.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { WriteOptions } from './begin-request.ts';
import { planRequest } from './begin-request.ts';
import { toCallError } from './call-error.ts';
import type { HttpRequest } from './http-client.ts';
import type { Integration } from './integration.ts';
import { isAllowed } from './integration.ts';
import type { Operation, Read } from './operation.ts';
import type { ProviderApi } from './provider.ts';
import { apiOf } from './provider.ts';
import { protectionOf } from './reconcile.ts';
import type { Beside } from './recorded-write.ts';
import { markedRequest, RecordedWrite } from './recorded-write.ts';
import { buildRequest, parseInput } from './request-builder.ts';
import type { RequestLedger, RequestPlan } from './request-ledger.ts';
import { canonicalJson, sha256 } from './request-row.ts';
import type { CallContext, Sender } from './sender.ts';
import { refuseUntestable } from './test-mode.ts';
import { WriteConsent } from './write-consent.ts';

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

/** Failures in which an old answer beats none. */
const UNREACHABLE: ReadonlySet<string> = new Set(['circuit_open', 'rate_limited', 'unavailable', 'timeout']);

/** Operation and input in, typed answer out: mode, ledger, pipeline, HTTP, error mapping, in this order. */
export class IntegrationClient {
  readonly #options: ClientOptions;
  readonly #recorded: RecordedWrite;
  readonly #consent: WriteConsent;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#recorded = new RecordedWrite(options);
    this.#consent = new WriteConsent(options.ledger);
  }

  /** Calls an operation that changes nothing. */
  async read<Input extends z.ZodObject, Output extends z.ZodType>(
    operation: Operation<Input, Output>,
    input: z.input<Input>,
    context: CallContext,
  ): Promise<Answer<z.output<Output>>> {
    this.#open(context, operation);
    return this.#fetch(operation, input, context);
  }

  /** As `read`, for what our own rules have to know before a write: that write, not the look, is what `allow` names. */
  async lookUp<Input extends z.ZodObject, Output extends z.ZodType>(
    operation: Operation<Input, Output>,
    input: z.input<Input>,
    context: CallContext,
  ): Promise<Answer<z.output<Output>>> {
    this.#refuseLocked(context);
    return this.#fetch(operation, input, context);
  }

  async #fetch<Input extends z.ZodObject, Output extends z.ZodType>(
    operation: Operation<Input, Output>,
    input: z.input<Input>,
    context: CallContext,
  ): Promise<Answer<z.output<Output>>> {
    const api = apiOf(context.provider);
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
    // An answer from the future was kept before the clock was set back: its age is not known.
    if (kept === undefined || ageMs < 0 || ageMs > (operation.staleMs ?? 0)) return undefined;
    return { data: parseAnswer(operation, kept.answer), stale: { ageMs, reason: error.code } };
  }

  /**
   * Calls an operation that has an effect, exactly once for each reference: repeats are answered from the ledger or continue with the
   * same idempotency key; what is older than the key's protection is looked up first.
   * @param beside not called for an answer from the ledger
   */
  async write<Input extends z.ZodObject, Output extends z.ZodType>(
    operation: Operation<Input, Output>,
    input: z.input<Input>,
    options: WriteOptions,
    context: CallContext,
    beside?: Beside<z.output<Output>>,
  ): Promise<WriteAnswer<z.output<Output>>> {
    const api = this.#open(context, operation);
    const parsed = parseInput(operation, input);
    const { url } = this.#build(operation, parsed, context);
    refuseUntestable(operation, input, context, url);
    const plan = await this.#consent.ask(planFor(operation, input, options, context, url), options, context);
    const deadline = deadlineIn(MAX_DEADLINE_MS);
    const read: Read = async (lookup, lookupInput) =>
      (await this.lookUp(lookup, lookupInput, { ...context, withinMs: deadline.remainingMs() })).data;
    return this.#recorded.send({ operation, parsed, plan, api, context, deadline, read, beside });
  }

  /** True when the ledger already holds the answer that `write` would give. */
  async isExecuted<Input extends z.ZodObject>(
    operation: Operation<Input>,
    input: z.input<Input>,
    options: WriteOptions,
    context: CallContext,
  ): Promise<boolean> {
    const { record } = await this.#options.ledger.peek(this.#plan(operation, input, options, context));
    return record?.state === 'executed';
  }

  /** The request that `write` would send, its key included. Reads the secrets: show it to nobody unredacted. */
  async previewWrite<Input extends z.ZodObject>(
    operation: Operation<Input>,
    input: z.input<Input>,
    options: WriteOptions,
    context: CallContext,
  ): Promise<{ request: HttpRequest; idempotencyKey: string }> {
    const plan = this.#plan(operation, input, options, context);
    const { idempotencyKey } = await this.#options.ledger.peek(plan);
    const mark = { reference: options.reference, idempotencyKey };
    const parsed = parseInput(operation, input);
    return { request: markedRequest(operation, parsed, mark, context, this.#options.secrets), idempotencyKey };
  }

  #plan<Input extends z.ZodObject>(
    operation: Operation<Input>,
    input: z.input<Input>,
    options: WriteOptions,
    context: CallContext,
  ): RequestPlan {
    return planFor(operation, input, options, context, this.preview(operation, input, context).url);
  }

  /** The request as it would be sent. Reads the secrets: show it to nobody unredacted. */
  preview<Input extends z.ZodObject>(
    operation: Operation<Input>,
    input: z.input<Input>,
    context: CallContext,
  ): HttpRequest {
    return this.#build(operation, parseInput(operation, input), context);
  }

  #build<Input extends z.ZodObject>(
    operation: Operation<Input>,
    parsed: z.output<Input>,
    { integration, provider }: CallContext,
  ): HttpRequest {
    return buildRequest(integration, apiOf(provider), operation, parsed, this.#options.secrets);
  }

  /** Checks what must hold before anything is prepared or sent. */
  #open(context: CallContext, operation: Operation): ProviderApi {
    const { provider, integration } = context;
    const { name, config } = integration;
    this.#refuseLocked(context);
    if (!isAllowed(integration, operation)) {
      throw new AppError('not_allowed', `Integration "${name}" does not allow ${operation.name}.`, {
        hint: 'A person can extend "allow" with configure_integration.',
        details: { allowed: config.allow },
      });
    }
    return apiOf(provider);
  }

  #refuseLocked({ integration: { name, config } }: CallContext): void {
    if (config.mode !== 'live' || this.#options.allowLive) return;
    throw new AppError(
      'not_allowed',
      `Integration "${name}" is in live mode, and live mode is locked. Nothing was sent.`,
      { hint: 'A person unlocks it with BREAKWATER_ALLOW_LIVE=1 in the environment of the server.' },
    );
  }
}

function planFor<Input extends z.ZodObject>(
  operation: Operation<Input>,
  input: z.input<Input>,
  options: WriteOptions,
  { integration, provider }: CallContext,
  { host }: URL,
): RequestPlan {
  const account = provider.api?.account?.(integration.config.settings);
  const target = account === undefined ? host : `${host} (${account})`;
  const plan = planRequest(operation, operation.digest?.(input) ?? input, options, integration, target);
  const isHarmless = options.isRehearsal === true || operation.repeat === 'safe';
  return { ...plan, protectedForMs: isHarmless ? Number.POSITIVE_INFINITY : protectionOf(operation, provider) };
}

/** What makes two reads the same question. */
function scopeOf(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  { workspace, name, config }: Integration,
): string {
  return sha256(canonicalJson([workspace, name, config.mode, config.baseUrl, config.settings, operation.name, input]));
}
