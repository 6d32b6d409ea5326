import * as z from 'zod';

/** Ids go into the path. */
export const id = z.string().min(1).max(255);

export const metadata = z.record(z.string().max(40), z.string().max(500));

/** An id, also where the object itself stands in its place: https://docs.stripe.com/expand */
const expandable = z.union([z.string(), z.object({ id }).transform((object) => object.id)]);

/** https://docs.stripe.com/api/payment_intents/object */
export const paymentIntent = z.object({
  id,
  client_secret: z.string().nullish(),
  status: z.string(),
  amount: z.int(),
  amount_received: z.int().optional(),
  currency: z.string(),
  created: z.int(),
  customer: expandable.nullish(),
  description: z.string().nullish(),
  latest_charge: expandable.nullish(),
  capture_method: z.string().optional(),
  cancellation_reason: z.string().nullish(),
  livemode: z.boolean(),
  metadata: metadata.optional(),
  last_payment_error: z
    .object({ code: z.string().optional(), decline_code: z.string().optional(), type: z.string().optional() })
    .nullish(),
});

export type PaymentIntent = z.output<typeof paymentIntent>;

/** https://docs.stripe.com/api/refunds/object */
export const refund = z.object({
  id,
  status: z.string().nullish(),
  amount: z.int(),
  currency: z.string(),
  created: z.int(),
  payment_intent: z.string().nullish(),
  charge: z.string().nullish(),
  reason: z.string().nullish(),
  failure_reason: z.string().nullish(),
  metadata: metadata.nullish(),
});

export type Refund = z.output<typeof refund>;
