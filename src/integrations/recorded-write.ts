import type * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import type { Deadline } from '../core/deadline.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Trace } from '../resilience/pipeline.ts';
import { newTrace } from '../resilience/pipeline.ts';
import type { WriteAnswer } from './answer.ts';
import { parseAnswer } from './answer.ts';
import { beginRequest } from './begin-request.ts';
import { toCallError } from './call-error.ts';
import type { HttpRequest } from './http-client.ts';
import type { Mark, Operation, Read } from './operation.ts';
import type { ProviderApi } from './provider.ts';
import { apiOf } from './provider.ts';
import { findEffect, isProtected, stillUnknown } from './reconcile.ts';
import { buildRequest } from './request-builder.ts';
import type { RequestEnd, RequestLedger, RequestPlan, RequestRecord } from './request-ledger.ts';
import type { CallContext, Sender } from './sender.ts';

export interface RecordedWriteOptions {
  sender: Sender;
  ledger: RequestLedger;
  secrets: Secrets;
  clock: Clock;
  log: Log;
}

/** One write that may begin: checked, consented to, and not yet in the ledger. */
export interface Write<Input extends z.ZodObject, Output extends z.ZodType> {
  operation: Operation<Input, Output>;
  parsed: z.output<Input>;
  plan: RequestPlan;
  api: ProviderApi;
  context: CallContext;
  /** Of everything that it takes: waiting for another call with its reference, a lookup, the request. */
  deadline: Deadline;
  /** For the lookup of a request that may have been executed. */
  read: Read;
  beside?: Beside<z.output<Output>> | undefined;
}

/**
 * What the caller keeps of an answer that the service gave to this very call. It is begun together with the end of the request, so that
 * both share one commit; it must not throw.
 */
export type Beside<T> = (data: T, replayed: boolean) => Promise<unknown>;

/** Sends a write exactly once: the row first, then the request under its key, then how it ended. */
export class RecordedWrite {
  readonly #options: RecordedWriteOptions;

  constructor(options: RecordedWriteOptions) {
    this.#options = options;
  }

  async send<Input extends z.ZodObject, Output extends z.ZodType>(
    write: Write<Input, Output>,
  ): Promise<WriteAnswer<z.output<Output>>> {
    const { operation, plan, context, deadline } = write;
    const { ledger } = this.#options;
    const begin = () => beginRequest(ledger, plan, deadline, context.signal, context.progress);
    let begun = await begin();
    if (begun.kind === 'send' && begun.resumed && !this.#isProtected(write, begun.record)) {
      context.progress('looking up whether an earlier request was executed');
      const answer = await this.#reconcile(write, begun.record);
      if (answer !== undefined) return replay(operation, { ...begun.record, answer });
      begun = await begin();
    }
    const { record } = begun;
    if (begun.kind === 'replay') return replay(operation, record);
    const trace = newTrace(begun.resumed ? 'unknown' : 'not_executed');
    return this.#send({ ...write, context: { ...context, withinMs: deadline.remainingMs() } }, record, trace);
  }

  #isProtected(
    { operation, context }: Pick<Write<z.ZodObject, z.ZodType>, 'operation' | 'context'>,
    record: RequestRecord,
  ): boolean {
    return isProtected(record, operation, context.provider, this.#options.clock.now());
  }

  /** The answer of a request that was executed after all; undefined when it was not, and may begin anew under a new key. */
  async #reconcile<Input extends z.ZodObject, Output extends z.ZodType>(
    { operation, context, read }: Write<Input, Output>,
    record: RequestRecord,
  ): Promise<unknown> {
    const { ledger } = this.#options;
    const finding = await findEffect(record, operation, context.provider, read);
    if (finding.kind === 'executed') {
      await ledger.end(record, { state: 'executed', answer: finding.answer, attempts: 0 });
      return finding.answer;
    }
    if (finding.kind === 'not_executed') {
      await ledger.end(record, { state: 'failed', error: 'not_executed', attempts: 0 });
      return undefined;
    }
    await ledger.end(record, { state: 'unknown', error: 'outcome_unknown', attempts: 0 });
    throw stillUnknown(record, operation, context.provider);
  }

  async #send<Input extends z.ZodObject, Output extends z.ZodType>(
    { operation, parsed, api, context, beside }: Write<Input, Output>,
    record: RequestRecord,
    trace: Trace,
  ): Promise<WriteAnswer<z.output<Output>>> {
    const { sender, secrets, clock } = this.#options;
    const { idempotencyKey } = record;
    const request = markedRequest(operation, parsed, record, context, secrets);
    const response = await sender.send(request, operation, api, context, trace).catch(async (thrown: unknown) => {
      const error = toCallError(thrown, context.provider, api, trace, true, clock.now());
      const state = error.outcome === 'not_executed' ? 'failed' : 'unknown';
      await this.#record(record, { state, error: error.code, attempts: trace.attempts });
      throw error;
    });
    const requestId = response.headers[api.requestIdHeader];
    const kept = operation.output.safeParse(response.body);
    const answer = kept.success ? kept.data : response.body;
    const { replayedHeader } = api.idempotency ?? {};
    const replayed = replayedHeader !== undefined && response.headers[replayedHeader] === 'true';
    await Promise.all([
      this.#record(record, { state: 'executed', answer, requestId, attempts: trace.attempts }),
      kept.success ? beside?.(kept.data, replayed) : undefined,
    ]);
    return {
      data: kept.success ? kept.data : parseAnswer(operation, response.body),
      requestId,
      attempts: trace.attempts,
      idempotencyKey,
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

/** The request of a write, with its key and whatever a later lookup recognises it by. */
export function markedRequest<Input extends z.ZodObject>(
  operation: Operation<Input>,
  parsed: z.output<Input>,
  mark: Mark,
  { provider, integration }: CallContext,
  secrets: Secrets,
): HttpRequest {
  const { reference, idempotencyKey } = mark;
  const marked = operation.mark?.(parsed, { reference, idempotencyKey }) ?? parsed;
  const api = apiOf(provider);
  const request = buildRequest(integration, api, operation, marked, secrets);
  if (api.idempotency === undefined) return request;
  return { ...request, headers: { ...request.headers, [api.idempotency.header]: idempotencyKey } };
}

function replay<Output extends z.ZodType>(
  operation: Operation<z.ZodObject, Output>,
  { answer, requestId, idempotencyKey }: RequestRecord,
): WriteAnswer<z.output<Output>> {
  const data = parseAnswer(operation, answer);
  return { data, requestId: requestId ?? undefined, attempts: 0, idempotencyKey, replayed: true };
}
