import type { Account } from './account.ts';
import { invalidRequest } from './api-error.ts';
import type { PaymentMethod } from './card-objects.ts';
import { unexpectedState } from './intent-status.ts';
import type { PaymentIntent } from './objects.ts';
import type { ConfirmParameters } from './payment-intent-parameters.ts';
import { createPaymentMethod, resolvePaymentMethod } from './payment-methods.ts';
import type { Confirmation } from './payments.ts';

/** The payment method that the parameters name or describe. */
export function givenMethod(
  account: Account,
  parameters: Pick<ConfirmParameters, 'payment_method' | 'payment_method_data'>,
): PaymentMethod | undefined {
  const { payment_method: id, payment_method_data: data } = parameters;
  if (id !== undefined && data !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: payment_method, payment_method_data.', {
      code: 'parameters_exclusive',
      param: 'payment_method_data',
    });
  }
  if (data !== undefined) return createPaymentMethod(account, data);
  return id === undefined ? undefined : resolvePaymentMethod(account, id);
}

/** Throws without a method; an intent that exists already stays as it is. */
export function confirmationWith(
  method: PaymentMethod | undefined,
  parameters: ConfirmParameters,
  intent?: PaymentIntent,
): Confirmation {
  if (method === undefined) {
    const message = "You cannot confirm this PaymentIntent because it's missing a payment method.";
    throw unexpectedState(intent, message);
  }
  const { error_on_requires_action, off_session = false, return_url } = parameters;
  return {
    method,
    offSession: off_session !== false,
    errorOnRequiresAction: error_on_requires_action === true,
    returnUrl: return_url,
  };
}
