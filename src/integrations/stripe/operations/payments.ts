import * as z from 'zod';
import { anyObject } from '../../any-object.ts';
import { operation } from '../../operation.ts';
import {
  findCancellation,
  findCapture,
  findConfirmation,
  findCreatedIntent,
  findCreatedRefund,
  markMetadata,
} from '../lookups.ts';
import { id, metadata, paymentIntent, refund } from '../objects.ts';

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
  mark: markMetadata,
  findEffect: findCreatedIntent,
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

/** The same with everything that the answer holds, for objects that were expanded. */
export const retrieveExpandedIntent = operation({
  name: 'retrievePaymentIntent',
  method: 'GET',
  path: '/v1/payment_intents/{id}',
  encoding: 'form',
  repeat: 'safe',
  class: 'read',
  input: z.looseObject({ id, expand: z.array(z.string()) }),
  output: anyObject,
});

/** https://docs.stripe.com/api/payment_intents/confirm */
export const confirmPaymentIntent = operation({
  name: 'confirmPaymentIntent',
  movesMoney: true,
  method: 'POST',
  path: '/v1/payment_intents/{id}/confirm',
  encoding: 'form',
  repeat: 'with-key',
  class: 'write',
  input: z.looseObject({ id, payment_method: z.string().optional(), return_url: z.string().optional() }),
  output: paymentIntent,
  answerFromError,
  findEffect: findConfirmation,
});

/** https://docs.stripe.com/api/payment_intents/capture */
export const capturePaymentIntent = operation({
  name: 'capturePaymentIntent',
  movesMoney: true,
  method: 'POST',
  path: '/v1/payment_intents/{id}/capture',
  encoding: 'form',
  repeat: 'with-key',
  class: 'write',
  input: z.looseObject({ id, amount_to_capture: z.int().positive().optional() }),
  output: paymentIntent,
  findEffect: findCapture,
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
  findEffect: findCancellation,
});

/** https://docs.stripe.com/api/refunds/create */
export const createRefund = operation({
  name: 'createRefund',
  movesMoney: true,
  method: 'POST',
  path: '/v1/refunds',
  encoding: 'form',
  repeat: 'with-key',
  class: 'write',
  input: z.looseObject({
    payment_intent: id.optional(),
    charge: id.optional(),
    amount: z.int().positive().optional(),
    reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
    metadata: metadata.optional(),
  }),
  output: refund,
  mark: markMetadata,
  findEffect: findCreatedRefund,
});
