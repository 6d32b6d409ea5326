import * as z from 'zod';
import { amountProblem } from './amounts.ts';
import { amount, boolean, choice, clearable, list, metadata, notSimulated, refuse, text } from './parameters.ts';
import { paymentMethodData } from './payment-methods.ts';
import { shippingParameters } from './shared-parameters.ts';

/**
 * Writable no more:
 * https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents
 */
export const removedParameters = {
  payment_method_types: z
    .unknown()
    .superRefine((_value, ctx) => {
      const message = 'payment_method_types can no longer be set: use allowed_payment_method_types or leave it out.';
      refuse(ctx, message, 'payment_method_types_no_longer_supported');
    })
    .optional(),
};

const confirmation = {
  error_on_requires_action: boolean().optional(),
  off_session: z.union([boolean(), choice('one_off', 'recurring')]).optional(),
  return_url: text().optional(),
};

/** What creating and confirming have in common. */
const both = {
  capture_method: choice('automatic', 'automatic_async', 'manual').optional(),
  payment_method: text().optional(),
  payment_method_data: paymentMethodData.optional(),
  receipt_email: clearable().optional(),
  setup_future_usage: choice('off_session', 'on_session').optional(),
  shipping: shippingParameters.optional(),
  use_stripe_sdk: boolean().optional(),
  ...confirmation,
  ...removedParameters,
  ...notSimulated('amount_details', 'confirmation_token', 'excluded_payment_method_types', 'hooks', 'mandate'),
  ...notSimulated('mandate_data', 'payment_details', 'payment_method_options', 'radar_options'),
};

const descriptors = {
  statement_descriptor: clearable(22).optional(),
  statement_descriptor_suffix: clearable(22).optional(),
};

export const createParameters = z
  .strictObject({
    amount: amount(),
    currency: text().toLowerCase(),
    allowed_payment_method_types: list(text()).optional(),
    automatic_payment_methods: z
      .strictObject({ enabled: boolean(), allow_redirects: choice('always', 'never').optional() })
      .optional(),
    confirm: boolean().optional(),
    confirmation_method: choice('automatic', 'manual').optional(),
    customer: text().optional(),
    description: clearable().optional(),
    metadata: metadata().optional(),
    transfer_group: text().optional(),
    ...both,
    ...descriptors,
    ...notSimulated('application_fee_amount', 'customer_account', 'on_behalf_of', 'payment_method_configuration'),
    ...notSimulated('transfer_data'),
  })
  .superRefine((parameters, ctx) => {
    const problem = amountProblem(parameters.amount, parameters.currency);
    if (problem !== undefined) refuse(ctx, problem.message, problem.code, [problem.param]);
    if (parameters.confirm === true) return;
    for (const name of Object.keys(confirmation) as (keyof typeof confirmation)[]) {
      if (parameters[name] !== undefined) {
        refuse(ctx, `${name} can only be used when confirm is true.`, undefined, [name]);
      }
    }
  });

export const confirmParameters = z.strictObject({
  ...both,
  ...notSimulated('amount_to_confirm', 'allowed_payment_method_types'),
});

export const updateParameters = z.strictObject({
  amount: amount().optional(),
  currency: text().toLowerCase().optional(),
  capture_method: both.capture_method,
  customer: text().optional(),
  description: clearable().optional(),
  metadata: metadata().optional(),
  payment_method: both.payment_method,
  payment_method_data: both.payment_method_data,
  receipt_email: both.receipt_email,
  setup_future_usage: z.union([z.literal('').transform(() => null), choice('off_session', 'on_session')]).optional(),
  shipping: both.shipping,
  transfer_group: text().optional(),
  ...descriptors,
  ...removedParameters,
  ...notSimulated('allowed_payment_method_types', 'amount_details', 'application_fee_amount', 'customer_account'),
  ...notSimulated('excluded_payment_method_types', 'hooks', 'payment_details', 'payment_method_configuration'),
  ...notSimulated('payment_method_options', 'transfer_data'),
});

export const captureParameters = z.strictObject({
  amount_to_capture: amount().optional(),
  metadata: metadata().optional(),
  ...descriptors,
  ...notSimulated('amount_details', 'application_fee_amount', 'final_capture', 'hooks', 'payment_details'),
  ...notSimulated('transfer_data'),
});

export const cancelParameters = z.strictObject({
  cancellation_reason: choice('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned').optional(),
});

export const retrieveParameters = z.strictObject({ client_secret: text().optional() });

export type CreateParameters = z.output<typeof createParameters>;
export type UpdateParameters = z.output<typeof updateParameters>;
export type ConfirmParameters = z.output<typeof confirmParameters>;
export type CaptureParameters = z.output<typeof captureParameters>;
export type CancelParameters = z.output<typeof cancelParameters>;
