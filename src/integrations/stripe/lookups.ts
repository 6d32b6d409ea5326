import * as z from 'zod';
import type { Finding, Mark, Operation, PastRequest, Read } from '../operation.ts';
import { operation } from '../operation.ts';
import type { PaymentIntent } from './objects.ts';
import { paymentIntent, refund } from './objects.ts';

/** Metadata of what was made here: a person reads the reference, a lookup the key, which no other request has. */
export const REFERENCE_FIELD = 'breakwater_reference';
const KEY_FIELD = 'breakwater_key';

const PAGE_SIZE = 100;
/** Pages that a lookup reads at most: 5,000 objects. */
const MAX_PAGES = 50;
/** What the clocks of this machine and of Stripe may differ by, in milliseconds; far too much, because a miss would charge twice. */
const CLOCK_MARGIN_MS = 24 * 3_600_000;

interface Marked {
  metadata?: Record<string, string> | undefined;
}

/** Adds the mark to the metadata of an input. */
export function markMetadata<Input extends Marked>(input: Input, { reference, idempotencyKey }: Mark): Input {
  return { ...input, metadata: { ...input.metadata, [REFERENCE_FIELD]: reference, [KEY_FIELD]: idempotencyKey } };
}

const seconds = z.int().nonnegative();
const page = { limit: z.int(), starting_after: z.string().optional() };
const pageOf = <T extends z.ZodType>(object: T) => z.object({ data: z.array(object), has_more: z.boolean() });
const LOOKUP = { method: 'GET', encoding: 'form', repeat: 'safe', class: 'read' } as const;

/** https://docs.stripe.com/api/payment_intents/list: unlike the search, it shows what was made a moment ago. */
const listIntents = operation({
  ...LOOKUP,
  name: 'lookUpPaymentIntents',
  path: '/v1/payment_intents',
  input: z.strictObject({ ...page, created: z.strictObject({ gte: seconds, lte: seconds }) }),
  output: pageOf(paymentIntent),
});

/** What a refund is of. */
const refunded = { payment_intent: z.string().optional(), charge: z.string().optional() };

/** https://docs.stripe.com/api/refunds/list */
const listRefunds = operation({
  ...LOOKUP,
  name: 'lookUpRefunds',
  path: '/v1/refunds',
  input: z.strictObject({ ...page, ...refunded }),
  output: pageOf(refund),
});

const readIntent = operation({
  ...LOOKUP,
  name: 'lookUpPaymentIntent',
  path: '/v1/payment_intents/{id}',
  input: z.strictObject({ id: z.string() }),
  output: paymentIntent,
});

export function findCreatedIntent(past: PastRequest, read: Read): Promise<Finding> {
  const gte = Math.max(0, Math.floor((past.from - CLOCK_MARGIN_MS) / 1000));
  const lte = Math.ceil((past.until + CLOCK_MARGIN_MS) / 1000);
  return findMarked(past, (cursor) => read(listIntents, { ...cursor, created: { gte, lte } }));
}

export function findCreatedRefund(past: PastRequest, read: Read): Promise<Finding> {
  const target = z.object(refunded).parse(past.arguments);
  return findMarked(past, (cursor) => read(listRefunds, { ...cursor, ...target }));
}

interface Page {
  data: readonly { id: string; metadata?: Record<string, string> | null | undefined }[];
  has_more: boolean;
}

/** Only the end of the list proves that a request was not executed. */
async function findMarked(
  { idempotencyKey }: Mark,
  readPage: (cursor: { limit: number; starting_after?: string }) => Promise<Page>,
): Promise<Finding> {
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const { data, has_more } = await readPage({
      limit: PAGE_SIZE,
      ...(after === undefined ? {} : { starting_after: after }),
    });
    const answer = data.find(({ metadata }) => metadata?.[KEY_FIELD] === idempotencyKey);
    if (answer !== undefined) return { kind: 'executed', answer };
    after = data.at(-1)?.id;
    if (!has_more || after === undefined) return { kind: 'not_executed' };
  }
  return { kind: 'open' };
}

/** The status of the intent tells whether one of its actions was executed. */
function findAction(isDone: (intent: PaymentIntent) => boolean): NonNullable<Operation['findEffect']> {
  return async ({ arguments: given }, read) => {
    const { id } = z.object({ id: z.string() }).parse(given);
    const answer = await read(readIntent, { id });
    return isDone(answer) ? { kind: 'executed', answer } : { kind: 'not_executed' };
  };
}

/** https://docs.stripe.com/payments/paymentintents/lifecycle */
const CONFIRMED = new Set(['requires_action', 'processing', 'requires_capture', 'succeeded']);

export const findConfirmation = findAction(({ status }) => CONFIRMED.has(status));
export const findCapture = findAction(({ status }) => status === 'succeeded');
export const findCancellation = findAction(({ status }) => status === 'canceled');
