import * as z from 'zod';

/**
 * Objects inside events, as far as our ledgers need them. An event has the shape of its endpoint's API version, not of ours: fields are
 * looked for at every place they have had. Anything that is not of the expected form is left out, so that nobody's prose gets in.
 */
const id = z.string().regex(/^[\w.-]{1,255}$/);
const code = z.string().regex(/^[a-z_]{1,60}$/);
const seconds = z.int().nonnegative();

/** An id, or the object that it was expanded to. */
const reference = z.union([id, z.object({ id }).transform((object) => object.id)]);

/** Undefined where there is none, or not of this form. */
const optional = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined);

const money = { amount: z.int(), currency: code };

/** https://docs.stripe.com/api/payment_intents/object */
export const eventIntent = z.object({
  id,
  ...money,
  status: code,
  metadata: optional(z.record(z.string(), z.string())),
  last_payment_error: optional(z.object({ code: optional(code), decline_code: optional(code) })),
});

/** https://docs.stripe.com/api/charges/object */
export const eventCharge = z.object({
  id,
  ...money,
  amount_captured: optional(z.int()),
  amount_refunded: z.int(),
  payment_intent: optional(reference),
});

/** https://docs.stripe.com/api/refunds/object */
export const eventRefund = z.object({ id, ...money, status: optional(code), payment_intent: optional(reference) });

const item = z.object({
  price: optional(z.object({ id })),
  plan: optional(z.object({ id })),
  current_period_end: optional(seconds),
});

/** https://docs.stripe.com/api/subscriptions/object; the current period moved to the items in 2025-03-31.basil. */
export const eventSubscription = z
  .object({
    id,
    status: code,
    customer: optional(reference),
    current_period_end: optional(seconds),
    cancel_at_period_end: optional(z.boolean()),
    cancel_at: optional(seconds),
    ended_at: optional(seconds),
    trial_end: optional(seconds),
    pause_collection: optional(z.object({ behavior: code })),
    items: optional(z.object({ data: z.array(item) })),
  })
  .transform(({ items, current_period_end, ...rest }) => {
    const all = items?.data ?? [];
    const ends = all.flatMap((each) => each.current_period_end ?? []);
    const ownEnd = current_period_end ?? (ends.length === 0 ? undefined : Math.min(...ends));
    const prices = all.flatMap(({ price, plan }) => price?.id ?? plan?.id ?? []);
    return { ...rest, current_period_end: ownEnd, prices };
  });

export type EventSubscription = z.output<typeof eventSubscription>;

/** https://docs.stripe.com/api/invoices/object; the subscription moved under `parent` in 2025-03-31.basil. */
export const eventInvoice = z
  .object({
    id,
    currency: code,
    amount_due: z.int(),
    amount_paid: z.int(),
    subscription: optional(reference),
    parent: optional(z.object({ subscription_details: optional(z.object({ subscription: optional(reference) })) })),
  })
  .transform(({ subscription, parent, ...rest }) => ({
    ...rest,
    subscription: subscription ?? parent?.subscription_details?.subscription,
  }));

/** https://docs.stripe.com/api/events/object */
export const stripeEvent = z.object({
  object: z.literal('event'),
  id,
  type: z.string().regex(/^[a-z_0-9]+(?:\.[a-z_0-9]+)+$/),
  created: seconds,
  livemode: z.boolean(),
  account: optional(id),
  data: z.object({ object: z.looseObject({ object: code }) }),
});

export type StripeEvent = z.output<typeof stripeEvent>;

/** https://docs.stripe.com/event-destinations#thin-events: says that something happened, not how things stand. */
export const thinEvent = z.object({
  object: z.literal('v2.core.event'),
  id,
  type: z.string().regex(/^[\w.[\]]{1,200}$/),
  related_object: optional(z.object({ id })),
});
