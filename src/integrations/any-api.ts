import { randomUUID } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import type { ToolContext } from '../core/tool.ts';
import type { WriteAnswer } from './answer.ts';
import type { WriteOptions } from './begin-request.ts';
import type { FoundCall, WantedCall } from './find-operation.ts';
import { findOperation } from './find-operation.ts';
import type { HttpRequest } from './http-client.ts';
import type { Integration } from './integration.ts';
import { baseUrlOf } from './integration.ts';
import type { IntegrationClient } from './integration-client.ts';
import type { Integrations } from './integrations.ts';
import type { ListOptions, ReadAnswer } from './list-reader.ts';
import { ListReader } from './list-reader.ts';
import { maskRequest } from './mask-request.ts';
import type { LoadedApi } from './provider.ts';
import type { CallContext } from './sender.ts';
import { toCallContext } from './service-call.ts';

export interface AnyCall extends WantedCall {
  integration: string;
  confirmToken?: string | undefined;
}

/** What was called, and where. */
export interface Called {
  operation: string;
  host: string;
}

interface Opened extends FoundCall {
  api: LoadedApi;
  context: CallContext;
  called: Called;
}

/** Calls of every API that an integration knows or reaches, by operation or path. */
export class AnyApi {
  readonly #integrations: Integrations;
  readonly #client: IntegrationClient;
  readonly #reader: ListReader;

  constructor(integrations: Integrations, client: IntegrationClient) {
    this.#integrations = integrations;
    this.#client = client;
    this.#reader = new ListReader(client);
  }

  /** Reads an object or a list; `invalid_input` for what is no GET. */
  async read(call: AnyCall, options: ListOptions, context: ToolContext): Promise<ReadAnswer & Called> {
    const opened = await this.#open(call, context);
    const { operation, params, called } = opened;
    if (operation.method !== 'GET') {
      throw new AppError('invalid_input', `${operation.name} is ${operation.method}: read_api only reads.`, {
        hint: 'Use call_api.',
      });
    }
    return { ...(await this.#reader.read(operation, params, options, opened.context)), ...called };
  }

  /** Calls what may have an effect, once for each reference. */
  async write(
    call: AnyCall,
    options: Partial<WriteOptions>,
    context: ToolContext,
  ): Promise<WriteAnswer<unknown> & Called & { reference: string }> {
    const { operation, params, called, context: callContext } = await this.#openWrite(call, context);
    const reference = referenceOf(options, callContext.integration);
    const answer = await this.#client
      .write(operation, params, { ...options, reference }, callContext)
      .catch((thrown: unknown) => {
        throw withReference(thrown, reference);
      });
    return { ...answer, ...called, reference };
  }

  /** The exact request of `write`, without secrets. */
  async preview(
    call: AnyCall,
    options: Partial<WriteOptions>,
    context: ToolContext,
  ): Promise<{ request: HttpRequest; idempotencyKey: string } & Called> {
    const { operation, params, api, context: callContext, called } = await this.#openWrite(call, context);
    const reference = referenceOf(options, callContext.integration);
    const preview = await this.#client.previewWrite(operation, params, { ...options, reference }, callContext);
    return { ...preview, request: maskRequest(preview.request, api, callContext.integration), ...called };
  }

  async #openWrite(call: AnyCall, context: ToolContext): Promise<Opened> {
    if (call.path !== undefined && call.method === undefined) {
      throw new AppError('invalid_input', 'A path needs a method.', { hint: 'POST, PUT, PATCH or DELETE.' });
    }
    const opened = await this.#open(call, context);
    if (opened.operation.method !== 'GET') return opened;
    throw new AppError('invalid_input', `${opened.operation.name} only reads.`, { hint: 'Use read_api.' });
  }

  async #open(call: AnyCall, context: ToolContext): Promise<Opened> {
    const report = await this.#integrations.get(context.caller.workspace, call.integration);
    const { title, api } = report.provider;
    if (api === undefined) {
      throw new AppError('not_configured', `${title} has no API to call yet.`, {
        hint: 'Give configure_integration a base_url, or an OpenAPI description of it.',
      });
    }
    const found = findOperation(api, call);
    const called = { operation: found.operation.name, host: baseUrlOf(report.integration, api).host };
    return { ...found, api, context: toCallContext(report, call.confirmToken, context), called };
  }
}

/** Without a reference the caller's own key is one; without both the call stands for itself. */
function referenceOf({ reference, idempotencyKey }: Partial<WriteOptions>, { config }: Integration): string {
  if (reference !== undefined) return reference;
  if (config.mode === 'live') {
    throw new AppError('invalid_input', 'A live call needs a reference.', {
      hint: 'Your own id for what is to happen: the consent and every repeat belong to it.',
    });
  }
  return idempotencyKey === undefined ? `call-${randomUUID()}` : `key-${idempotencyKey}`;
}

/** A call that must be repeated under its reference has to tell it. */
function withReference(thrown: unknown, reference: string): unknown {
  if (!(thrown instanceof AppError) || thrown.outcome !== 'unknown') return thrown;
  const { code, message, hint, retryAfterMs, outcome, details } = thrown;
  return new AppError(code, message, {
    hint,
    retryAfterMs,
    outcome,
    details: { reference, ...details },
    cause: thrown.cause,
  });
}
