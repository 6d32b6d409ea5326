import type { Call } from './account.ts';
import { docUrl, invalidRequest, PaymentFailure, StripeApiError } from './api-error.ts';
import type { PaymentMethod } from './card-objects.ts';
import type { PaymentError } from './objects.ts';
import { attach, cardError } from './payment-methods.ts';
import { nextAction } from './payments.ts';
import type { SetupIntent } from './setup-objects.ts';

/** The life of a setup intent: https://docs.stripe.com/payments/setup-intents */

export function requireOpen(intent: SetupIntent, action: string): void {
  if (!['succeeded', 'canceled'].includes(intent.status)) return;
  throw unexpectedState(intent, `You cannot ${action} this SetupIntent because it has a status of ${intent.status}.`);
}

function unexpectedState(intent: SetupIntent, message: string): StripeApiError {
  return invalidRequest(message, { code: 'setup_intent_unexpected_state', setup_intent: intent });
}

export function confirmSetup(
  call: Call,
  intent: SetupIntent,
  method: PaymentMethod | undefined,
  returnUrl: string | undefined,
): void {
  if (method === undefined) {
    throw unexpectedState(intent, "You cannot confirm this SetupIntent because it's missing a payment method.");
  }
  intent.payment_method = method.id;
  if (call.account.cards.get(method.id)?.authentication !== undefined) {
    intent.status = 'requires_action';
    intent.next_action = nextAction(call, intent, returnUrl);
    call.emit('setup_intent.requires_action', intent);
    return;
  }
  succeed(call, intent, method);
}

/** What the customer did on the page that the next action names. */
export function authenticateSetup(call: Call, intent: SetupIntent, succeeded: boolean): void {
  const method = call.account.paymentMethods.get(intent.payment_method ?? '');
  if (intent.status !== 'requires_action' || method === undefined) {
    throw unexpectedState(intent, 'This SetupIntent does not wait for authentication.');
  }
  intent.next_action = null;
  if (succeeded) succeed(call, intent, method);
  else {
    const code = 'setup_intent_authentication_failure';
    const message = 'The latest attempt to set up the payment method has failed because authentication failed.';
    fail(call, intent, method, new StripeApiError(400, 'invalid_request_error', message, { code }));
  }
}

function succeed(call: Call, intent: SetupIntent, method: PaymentMethod): void {
  try {
    declineOf(call, method);
    if (intent.customer !== null) attach(call, method, intent.customer);
  } catch (thrown) {
    if (!(thrown instanceof StripeApiError) || thrown.type !== 'card_error') throw thrown;
    fail(call, intent, method, thrown);
    throw new PaymentFailure(thrown.status, thrown.type, thrown.message, { ...thrown.fields, setup_intent: intent });
  }
  intent.last_setup_error = null;
  intent.status = 'succeeded';
  call.emit('setup_intent.succeeded', intent);
  call.account.watchers.get(intent.id)?.(call);
}

function declineOf({ account }: Call, { id }: PaymentMethod): void {
  const card = account.cards.get(id);
  if (card?.decline === undefined || card.attaches === true || card.authentication !== undefined) return;
  throw cardError(card.decline.code, card.decline.message, { decline_code: card.decline.declineCode });
}

function fail(call: Call, intent: SetupIntent, method: PaymentMethod, error: StripeApiError): void {
  const code = error.fields.code ?? 'card_declined';
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.last_setup_error = {
    type: error.type === 'card_error' ? 'card_error' : 'invalid_request_error',
    code,
    doc_url: docUrl(code),
    message: error.message,
    payment_method: structuredClone(method),
    payment_method_type: method.type,
  } satisfies PaymentError;
  call.emit('setup_intent.setup_failed', intent);
}
