import type { z } from 'zod';
import type { Repeat } from '../resilience/classify.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';
import type { ListStyle } from './form-encoding.ts';
import type { Pagination } from './pagination.ts';

/** Where a field goes that does not go where it would by itself, and how its lists are written in a query. */
export interface Place {
  /** `field`: of the body; `body`: the value is the whole body. */
  in: 'query' | 'header' | 'field' | 'body';
  /** By default brackets where the encoding is `form`, `repeat` where it is `json`. */
  lists?: ListStyle;
}

/** One API call of a provider as data. */
export interface Operation<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  /** Unique within the provider; part of the request ledger's key, so never renamed. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** One line for an agent that looks for the right operation. */
  summary?: string;
  /** Path with `{field}` placeholders, filled from the input, otherwise from the settings, and percent-encoded. */
  path: string;
  /** Fields that neither stand in the path nor belong into the query of GET and DELETE, or the body of all others. */
  places?: Readonly<Record<string, Place>>;
  /** How the list continues; `read_api` adds the fields of a page by itself, so that `input` need not name them. */
  pagination?: Pagination;
  encoding: 'form' | 'json';
  /** Whether a repeat is harmless by itself, with an idempotency key, or not at all. */
  repeat: Repeat;
  /** Endpoint class: what shares a breaker within one host. */
  class: 'read' | 'write';
  /**
   * For reads that prefer an old answer to none: how old the last good answer may be, in milliseconds, while the service cannot be
   * asked. Absent means that there is no answer then.
   */
  staleMs?: number;
  /** True for what moves money of an amount that its input need not tell: a cap on amounts refuses it then. */
  movesMoney?: boolean;
  /** Field names and shapes are those of the API. */
  input: Input;
  /** Keeps the known fields; what a provider adds later never reaches a tool. */
  output: Output;
  /** What `output` parses, where the body alone is not the answer: an id in a header. */
  answerFrom?(response: { status: number; headers: ResponseHeaders; body: unknown }): unknown;
  /** True for input with which the service only checks the request and does nothing: its sandbox. */
  isSandboxed?(input: Readonly<Record<string, unknown>>): boolean;
  /** The input as ledger and consent keep it: large contents as digests. Equal exactly where the inputs mean the same effect. */
  digest?(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /**
   * The part of an error body that is the answer after all: a declined card is an executed request with a result. Undefined when the
   * error is a failure.
   */
  answerFromError?(body: unknown): unknown;
  /**
   * Puts the mark of a request where `findEffect` sees it again. The same mark must give the same input: a service that knows the
   * idempotency key compares all parameters.
   */
  mark?(input: z.output<Input>, mark: Mark): Record<string, unknown>;
  /** Looks up whether a request of unknown outcome was executed, once its key protects no more. */
  findEffect?(request: PastRequest, read: Read): Promise<Finding>;
}

/** What tells one intended effect from all others. */
export interface Mark {
  /** The caller's own id. */
  reference: string;
  idempotencyKey: string;
}

/** A request that may have been executed between two moments, in milliseconds since the epoch. */
export interface PastRequest extends Mark {
  arguments: Readonly<Record<string, unknown>>;
  from: number;
  until: number;
}

/** Calls an operation that changes nothing, at the integration that the request went to. */
export type Read = <Input extends z.ZodObject, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
  input: z.input<Input>,
) => Promise<z.output<Output>>;

/** `open` where a lookup cannot decide: nothing may be sent then. */
export type Finding = { kind: 'executed'; answer: unknown } | { kind: 'not_executed' } | { kind: 'open' };

export function operation<Input extends z.ZodObject, Output extends z.ZodType>(
  definition: Operation<Input, Output>,
): Operation<Input, Output> {
  return definition;
}
