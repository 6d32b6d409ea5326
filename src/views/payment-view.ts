import { formatAmount } from '../integrations/stripe/currencies.ts';
import type { PaymentIntent } from '../integrations/stripe/objects.ts';
import type { AppliedEvent } from '../payments/event-ledger.ts';
import type { Payment } from '../payments/payment-ledger.ts';
import type { LedgerView } from '../payments/payment-service.ts';
import { describeDecline } from './decline-view.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** One line for a listing. */
export function paymentTitle({ amountMinor, currency, status }: Payment): string {
  return `${formatAmount(amountMinor, currency)}, ${status}`;
}

/** A payment as our ledger has it, for a listing. */
export function describePayment(payment: Payment) {
  return {
    payment_intent_id: payment.id,
    status: payment.status,
    amount_display: formatAmount(payment.amountMinor, payment.currency),
    decline_code: payment.declineCode,
    reference: payment.reference,
    integration: payment.integration,
    mode: payment.mode,
    created_at: iso(payment.createdAt),
    updated_at: iso(payment.updatedAt),
  };
}

/** The intent as Stripe has it. */
export function describeIntent(intent: PaymentIntent) {
  return {
    payment_intent_id: intent.id,
    status: intent.status,
    amount: intent.amount,
    currency: intent.currency,
    amount_display: formatAmount(intent.amount, intent.currency),
    customer: intent.customer,
    latest_charge: intent.latest_charge,
    created_at: iso(intent.created * 1000),
    declined: describeDecline(intent),
  };
}

/** Our own ledger's view of a payment: what we asked for, what events told, what became of it. */
export function describeLedger({ payment, refundedMinor, requests, events }: LedgerView) {
  return {
    known: requests.length > 0 || events.length > 0 || payment?.reference !== undefined,
    status: payment?.status,
    reference: payment?.reference,
    refunded: refundedMinor,
    requests: requests.map((request) => ({
      operation: request.operation,
      reference: request.reference,
      state: request.state,
      idempotency_key: request.idempotencyKey,
      request_id: request.requestId ?? undefined,
      attempts: request.attempts,
      at: iso(request.createdAt),
    })),
    events: events.map(describeEvent),
  };
}

export function describeEvent({ eventId, type, note, occurredAt, appliedAt, hooks }: AppliedEvent) {
  return {
    event_id: eventId,
    type,
    effect: note,
    occurred_at: iso(occurredAt),
    applied_at: iso(appliedAt),
    ...(hooks.length === 0
      ? {}
      : { hooks: Object.fromEntries(hooks.map(({ name, isDone }) => [name, isDone ? 'done' : 'open'])) }),
  };
}
