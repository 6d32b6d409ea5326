import type { Call } from './account.ts';
import { releaseRest } from './add-refund.ts';
import { docUrl, PaymentFailure } from './api-error.ts';
import { bookCharge } from './balance.ts';
import type { Charge, PaymentMethod } from './card-objects.ts';
import { createCharge } from './charges.ts';
import { openDispute } from './dispute-changes.ts';
import { unexpectedState } from './intent-status.ts';
import type { NextAction, PaymentError, PaymentIntent } from './objects.ts';
import { attach } from './payment-methods.ts';
import type { Decline, TestCard } from './test-cards.ts';
import { AUTHENTICATION_REQUIRED } from './test-cards.ts';

/** The life of a payment intent after its creation: https://docs.stripe.com/payments/paymentintents/lifecycle */

export interface Confirmation {
  readonly method: PaymentMethod;
  readonly offSession: boolean;
  /** Decline instead of asking for authentication. */
  readonly errorOnRequiresAction: boolean;
  readonly returnUrl: string | undefined;
}

/** Attempts the payment. Throws the card error of a decline, after which the intent waits for another payment method. */
export function confirm(call: Call, intent: PaymentIntent, confirmation: Confirmation): void {
  const { method, offSession, errorOnRequiresAction, returnUrl } = confirmation;
  intent.payment_method = method.id;
  intent.next_action = null;
  const card = call.account.cards.get(method.id);
  if (!asksForAuthentication(card, offSession)) {
    charge(call, intent, method);
    return;
  }
  if (offSession || errorOnRequiresAction) throw decline(call, intent, method, AUTHENTICATION_REQUIRED, undefined);
  intent.status = 'requires_action';
  intent.next_action = nextAction(call, intent, returnUrl);
  call.emit('payment_intent.requires_action', intent);
}

function asksForAuthentication(card: TestCard | undefined, offSession: boolean): boolean {
  if (card?.authentication === undefined) return false;
  return card.authentication === 'always' || !offSession;
}

export function nextAction(
  call: Call,
  intent: Pick<PaymentIntent, 'id' | 'client_secret'>,
  returnUrl: string | undefined,
): NextAction {
  const url = `${call.origin}/authenticate/${intent.id}?client_secret=${intent.client_secret}`;
  if (returnUrl !== undefined) return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
  return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } };
}

/** What the customer did on the page that the next action names. Throws the card error of a decline. */
export function authenticate(call: Call, intent: PaymentIntent, succeeded: boolean): void {
  const method = call.account.paymentMethods.get(intent.payment_method ?? '');
  if (intent.status !== 'requires_action' || method === undefined) {
    throw unexpectedState(intent, 'This PaymentIntent does not wait for authentication.');
  }
  intent.next_action = null;
  if (succeeded) {
    charge(call, intent, method);
    return;
  }
  fail(call, intent, {
    type: 'invalid_request_error',
    code: 'payment_intent_authentication_failure',
    doc_url: docUrl('payment_intent_authentication_failure'),
    message: 'The provided PaymentMethod has failed authentication. Try again with another one.',
    payment_method: structuredClone(method),
    payment_method_type: method.type,
  });
}

function charge(call: Call, intent: PaymentIntent, method: PaymentMethod): void {
  const refusal = call.account.cards.get(method.id)?.decline;
  const attempt = createCharge(call.account, intent, method, refusal);
  intent.latest_charge = attempt.id;
  if (refusal !== undefined) throw decline(call, intent, method, refusal, attempt);
  intent.last_payment_error = null;
  if (intent.capture_method === 'manual') {
    intent.status = 'requires_capture';
    intent.amount_capturable = intent.amount;
    call.emit('charge.succeeded', attempt);
    call.emit('payment_intent.amount_capturable_updated', intent);
    return;
  }
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  if (intent.capture_method === 'automatic') bookCharge(call.account, attempt);
  else call.later(() => settle(call, attempt));
  call.emit('charge.succeeded', attempt);
  succeed(call, intent, method);
}

function succeed(call: Call, intent: PaymentIntent, method: PaymentMethod): void {
  const { account } = call;
  if (intent.setup_future_usage !== null && intent.customer !== null) attach(call, method, intent.customer);
  call.emit('payment_intent.succeeded', intent);
  account.watchers.get(intent.id)?.(call);
  const dispute = account.cards.get(method.id)?.dispute;
  const attempt = account.charges.get(intent.latest_charge ?? '');
  if (dispute !== undefined && attempt !== undefined) call.later(() => openDispute(call, attempt, dispute));
}

/**
 * Asynchronous capture, the default, leaves the balance transaction out of answer and events, and tells of it afterwards:
 * https://docs.stripe.com/payments/payment-intents/asynchronous-capture
 */
function settle(call: Call, attempt: Charge): void {
  bookCharge(call.account, attempt);
  call.emit('charge.updated', attempt, { balance_transaction: null });
}

/** Returns the error to throw. */
function decline(
  call: Call,
  intent: PaymentIntent,
  method: PaymentMethod,
  refusal: Decline,
  attempt: Charge | undefined,
): PaymentFailure {
  const { code, declineCode, message, adviceCode, param } = refusal;
  const facts = {
    ...(adviceCode !== undefined && { advice_code: adviceCode }),
    ...(attempt !== undefined && { charge: attempt.id }),
    decline_code: declineCode,
  };
  const snapshot = structuredClone(method);
  if (attempt !== undefined) call.emit('charge.failed', attempt);
  fail(call, intent, {
    type: 'card_error',
    code,
    doc_url: docUrl(code),
    message,
    payment_method: snapshot,
    payment_method_type: method.type,
    ...facts,
  });
  return new PaymentFailure(402, 'card_error', message, {
    ...facts,
    code,
    ...(param !== undefined && { param }),
    payment_intent: intent,
    payment_method: snapshot,
  });
}

function fail(call: Call, intent: PaymentIntent, error: PaymentError): void {
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.last_payment_error = error;
  call.emit('payment_intent.payment_failed', intent);
  call.account.watchers.get(intent.id)?.(call);
}

/** Captures what was authorized, or a part of it; the rest is released. */
export function capture(call: Call, intent: PaymentIntent, amount: number): void {
  const attempt = call.account.charges.get(intent.latest_charge ?? '');
  if (attempt === undefined) throw unexpectedState(intent, 'This PaymentIntent has no charge to capture.');
  attempt.captured = true;
  attempt.amount_captured = amount;
  intent.status = 'succeeded';
  intent.amount_capturable = 0;
  intent.amount_received = amount;
  bookCharge(call.account, attempt);
  releaseRest(call.account, attempt);
  const before = { amount_captured: 0, balance_transaction: null, captured: false };
  call.emit('charge.captured', attempt, amount < attempt.amount ? { ...before, amount_refunded: 0 } : before);
  const method = call.account.paymentMethods.get(attempt.payment_method);
  if (method !== undefined) succeed(call, intent, method);
}

/** Releases what was authorized: the charge expires. */
export function cancel(call: Call, intent: PaymentIntent, reason: string | undefined): void {
  const held = intent.status === 'requires_capture' ? call.account.charges.get(intent.latest_charge ?? '') : undefined;
  intent.status = 'canceled';
  intent.amount_capturable = 0;
  intent.canceled_at = call.account.now();
  intent.cancellation_reason = reason ?? null;
  intent.next_action = null;
  if (held !== undefined) {
    releaseRest(call.account, held);
    call.emit('charge.expired', held);
  }
  call.emit('payment_intent.canceled', intent);
}
