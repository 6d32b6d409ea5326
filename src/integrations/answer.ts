import type * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { ResponseHeaders } from '../resilience/retry-after.ts';
import type { Operation } from './operation.ts';

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

/** The known fields of an answer; `internal` where a service that did execute the request answers in another shape. */
export function parseAnswer<Output extends z.ZodType>(
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
