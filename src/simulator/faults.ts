import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { FaultInput } from './fault.ts';

/** Header names that decide where a message ends; the kinds below break them on purpose, a list of headers must not by accident. */
const FRAMING = new Set(['connection', 'content-length', 'transfer-encoding']);

const headers = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9-]{1,100}$/)
      .refine((name) => !FRAMING.has(name.toLowerCase()), 'This header is set by the simulator.'),
    z.string().regex(/^[\t\x20-\x7e]{0,2000}$/),
  )
  .optional()
  .describe('Response headers to add');

const milliseconds = z.int().min(0).max(60_000);
const seconds = z.int().min(0).max(86_400);
const RETRY_AFTER = 'Value of Retry-After, in seconds';

const match = {
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional().describe('Only requests with this method'),
  path_prefix: z.string().startsWith('/').max(500).optional().describe('Only requests whose path begins so'),
  times: z.int().min(1).max(10_000).default(1).describe('How many matching requests meet the fault'),
};

const delivery = {
  event_type: z.string().max(200).optional().describe('Only webhooks of this type'),
  times: match.times.describe('How many matching webhooks meet the fault'),
};

/**
 * One fault. `status`, `rate_limit` and `drop` keep the service from executing the request; the others without `webhook_` execute it.
 * Those with `webhook_` are met by deliveries.
 */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status').describe('Answered with this status, not executed'),
    ...match,
    status: z.int().min(200).max(599).describe('HTTP status of the answer'),
    body: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .optional()
      .describe("Text or JSON object (default: the service's own words for the status)"),
    headers,
    retry_after: seconds.optional().describe(RETRY_AFTER),
  }),
  z.strictObject({
    kind: z.literal('rate_limit').describe('Answered with 429 and Retry-After, not executed'),
    ...match,
    retry_after: seconds.default(1).describe(RETRY_AFTER),
  }),
  z.strictObject({ kind: z.literal('drop').describe('Connection closed, not executed'), ...match }),
  z.strictObject({
    kind: z.literal('delay').describe('Executed and answered later, even when the client has gone'),
    ...match,
    ms: milliseconds.describe('Milliseconds before the request is executed'),
  }),
  z.strictObject({
    kind: z.literal('reset_after_executing').describe('Executed, then the connection is reset without an answer'),
    ...match,
  }),
  z.strictObject({
    kind: z.literal('slow_body').describe('Executed; the headers arrive at once, the body drop by drop'),
    ...match,
    ms: milliseconds.describe('Milliseconds that the body takes'),
  }),
  z.strictObject({ kind: z.literal('bad_json').describe('Executed; the answer is cut off JSON'), ...match }),
  z.strictObject({
    kind: z.literal('wrong_length').describe('Executed; the connection ends before the announced length'),
    ...match,
  }),
  z.strictObject({ kind: z.literal('webhook_duplicate').describe('Delivered twice'), ...delivery }),
  z.strictObject({
    kind: z.literal('webhook_delay').describe('Delivered later, so that the next ones overtake it'),
    ...delivery,
    ms: milliseconds.describe('Milliseconds before the delivery'),
  }),
  z.strictObject({ kind: z.literal('webhook_lost').describe('Not delivered until it is resent'), ...delivery }),
  z.strictObject({ kind: z.literal('webhook_bad_signature').describe('Signed with another secret'), ...delivery }),
]);

export type Fault = z.output<typeof faultSchema>;
/** A fault that a webhook meets on its way out. */
export type DeliveryFault = Extract<Fault, { kind: `webhook_${string}` }>;
/** A fault that a request meets. */
export type RequestFault = Exclude<Fault, DeliveryFault>;

const MAX_FAULTS = 100;
const scriptSchema = z.array(faultSchema).max(MAX_FAULTS);

interface Entry<T> {
  readonly fault: T;
  left: number;
}

/** Faults in order: a request or delivery meets the first one that matches it and is not used up. */
export class FaultScript {
  #requests: Entry<RequestFault>[] = [];
  #deliveries: Entry<DeliveryFault>[] = [];

  /** Replaces the script; an empty one ends all faults. Throws `invalid_input`, and then the former script stays. */
  load(faults: readonly FaultInput[]): void {
    const parsed = parseFaults(faults);
    this.#deliveries = parsed.filter(isDeliveryFault).map(entryOf);
    this.#requests = parsed.filter(isRequestFault).map(entryOf);
  }

  /** The fault that this request meets, counted as used. */
  takeRequest(method: string, path: string): RequestFault | undefined {
    return use(this.#requests, (fault) => {
      if (fault.method !== undefined && fault.method !== method) return false;
      return fault.path_prefix === undefined || path.startsWith(fault.path_prefix);
    });
  }

  /** The fault that a webhook of this type meets, counted as used. */
  takeDelivery(type: string): DeliveryFault | undefined {
    return use(this.#deliveries, (fault) => fault.event_type === undefined || fault.event_type === type);
  }
}

/** A fault script from outside. Throws `invalid_input`. */
export function parseFaults(script: readonly unknown[]): Fault[] {
  const parsed = scriptSchema.safeParse(script);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', `The fault script is not valid: ${z.prettifyError(parsed.error)}`, {
    hint: `Correct the field that the message names; the former script stays. Kinds: ${FAULT_KINDS.join(', ')}.`,
  });
}

/** Every kind of fault. */
const FAULT_KINDS = faultSchema.options.map(({ shape }) => shape.kind.value);

function isDeliveryFault(fault: Fault): fault is DeliveryFault {
  return fault.kind.startsWith('webhook_');
}

function isRequestFault(fault: Fault): fault is RequestFault {
  return !isDeliveryFault(fault);
}

function entryOf<T extends Fault>(fault: T): Entry<T> {
  return { fault, left: fault.times };
}

function use<T>(entries: readonly Entry<T>[], matches: (fault: T) => boolean): T | undefined {
  const entry = entries.find(({ fault, left }) => left > 0 && matches(fault));
  if (entry === undefined) return undefined;
  entry.left -= 1;
  return entry.fault;
}
