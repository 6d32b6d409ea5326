import * as z from 'zod';
import { operation } from '../../operation.ts';

/** Ids go into the path. */
const id = z.string().min(1).max(255);

const metadata = z.record(z.string().max(40), z.string().max(500));

/** https://docs.stripe.com/api/payment_intents/object */
export const paymentIntent = z.object({
  id,
  client_secret: z.string().nullish(),
  status: z.string(),
  amount: z.int(),
  amount_received: z.int().optional(),
  currency: z.string(),
  created: z.int(),
  customer: z.string().nullish(),
  description: z.string().nullish(),
  latest_charge: z.string().nullish(),
  capture_method: z.string().optional(),
  cancellation_reason: z.string().nullish(),
  livemode: z.boolean(),
  metadata: metadata.optional(),
  last_payment_error: z
    .object({ code: z.string().optional(), decline_code: z.string().optional(), type: z.string().optional() })
    .nullish(),
});

export type PaymentIntent = z.output<typeof paymentIntent>;

/** The intent inside a 402: the card was declined, the request was executed. */
const declinedIntent = z.object({ error: z.object({ type: z.literal('card_error'), payment_intent: z.unknown() }) });

function answerFromError(body: unknown): unknown {
  const parsed = declinedIntent.safeParse(body);
  return parsed.success ? parsed.data.error.payment_intent : undefined;
}

/** https://docs.stripe.com/api/payment_intents/create */
export const createPaymentIntent = operation({
  name: 'createPaymentIntent',
  method: 'POST',
  path: '/v1/payment_intents',
  encoding: 'form',
  repeat: 'with-key',
  class: 'write',
  input: z.looseObject({
    amount: z.int().positive(),
    currency: z.string(),
    customer: z.string().optional(),
    payment_method: z.string().optional(),
    confirm: z.boolean().optional(),
    capture_method: z.enum(['automatic', 'automatic_async', 'manual']).optional(),
    description: z.string().optional(),
    receipt_email: z.string().optional(),
    metadata: metadata.optional(),
    automatic_payment_methods: z
      .strictObject({ enabled: z.boolean(), allow_redirects: z.enum(['always', 'never']).optional() })
      .optional(),
  }),
  output: paymentIntent,
  answerFromError,
});

/** https://docs.stripe.com/api/payment_intents/retrieve */
export const retrievePaymentIntent = operation({
  name: 'retrievePaymentIntent',
  method: 'GET',
  path: '/v1/payment_intents/{id}',
  encoding: 'form',
  repeat: 'safe',
  class: 'read',
  staleMs: 10 * 60_000,
  input: z.looseObject({ id, expand: z.array(z.string()).optional() }),
  output: paymentIntent,
});

/** https://docs.stripe.com/api/payment_intents/confirm */
export const confirmPaymentIntent = operation({
  name: 'confirmPaymentIntent',
  method: 'POST',
  path: '/v1/payment_intents/{id}/confirm',
  encoding: 'form',
  repeat: 'with-key',
  class: 'write',
  input: z.looseObject({ id, payment_method: z.string().optional(), return_url: z.string().optional() }),
  output: paymentIntent,
  answerFromError,
});

/** https://docs.stripe.com/api/payment_intents/capture */
export const capturePaymentIntent = operation({
  name: 'capturePaymentIntent',
  method: 'POST',
  path: '/v1/payment_intents/{id}/capture',
  encoding: 'form',
  repeat: 'with-key',
  class: 'write',
  input: z.looseObject({ id, amount_to_capture: z.int().positive().optional() }),
  output: paymentIntent,
});

/** https://docs.stripe.com/api/payment_intents/cancel */
export const cancelPaymentIntent = operation({
  name: 'cancelPaymentIntent',
  method: 'POST',
  path: '/v1/payment_intents/{id}/cancel',
  encoding: 'form',
  repeat: 'with-key',
  class: 'write',
  input: z.looseObject({ id, cancellation_reason: z.string().optional() }),
  output: paymentIntent,
});

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

/** https://docs.stripe.com/api/refunds/create */
export const createRefund = operation({
  name: 'createRefund',
  method: 'POST',
  path: '/v1/refunds',
  encoding: 'form',
  repeat: 'with-key',
  class: 'write',
  input: z.looseObject({
    payment_intent: id,
    amount: z.int().positive().optional(),
    reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
    metadata: metadata.optional(),
  }),
  output: refund,
});
