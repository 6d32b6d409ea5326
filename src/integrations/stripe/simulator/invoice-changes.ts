import type { Account, Call } from './account.ts';
import { invalidRequest, StripeApiError } from './api-error.ts';
import { buildIntent } from './build-intent.ts';
import type { PaymentMethod } from './card-objects.ts';
import { createId, randomText } from './ids.ts';
import type { Invoice, InvoicePayment } from './invoice-objects.ts';
import type { PaymentIntent } from './objects.ts';
import { cancel, confirm } from './payments.ts';

/** The life of an invoice: https://docs.stripe.com/invoicing/overview#invoice-statuses */

const DAY_S = 24 * 60 * 60;
/** Days from a failed attempt to the next one; after the last the subscription is cancelled. */
const RETRY_DAYS = [3, 5, 7];

/** Numbers it and opens it for payment; one that owes nothing is paid. */
export function finalizeInvoice(call: Call, invoice: Invoice): void {
  requireInvoiceStatus(invoice, ['draft'], 'This invoice is already finalized');
  const { account } = call;
  const finalizedAt = account.now();
  const prefix = account.customers.get(invoice.customer)?.invoice_prefix ?? randomText(8).toUpperCase();
  const earlier = account.invoices.newestFirst(
    ({ customer, number }) => customer === invoice.customer && number !== null,
  );
  Object.assign(invoice, {
    automatically_finalizes_at: null,
    effective_at: finalizedAt,
    ending_balance: 0,
    hosted_invoice_url: `${call.origin}/invoices/${invoice.id}`,
    invoice_pdf: `${call.origin}/invoices/${invoice.id}/pdf`,
    number: `${prefix}-${String(earlier.length + 1).padStart(4, '0')}`,
    status: 'open',
  });
  invoice.status_transitions.finalized_at = finalizedAt;
  call.emit('invoice.finalized', invoice);
  if (invoice.amount_due === 0) markPaid(call, invoice);
  else openPayment(call, invoice);
}

/** The intent that pays the invoice. */
export function invoiceIntent(account: Account, invoice: Invoice): PaymentIntent | undefined {
  return account.paymentIntents.get(defaultPayment(account, invoice)?.payment.payment_intent ?? '');
}

function defaultPayment(account: Account, { id }: Invoice): InvoicePayment | undefined {
  return account.invoicePayments.newestFirst(({ invoice, is_default }) => invoice === id && is_default)[0];
}

function openPayment(call: Call, invoice: Invoice): void {
  const { account } = call;
  const { amount_due: amount, currency, customer, parent } = invoice;
  const isRecurring = parent !== null;
  const intent = buildIntent(
    account,
    {
      amount,
      currency,
      customer,
      capture_method: 'automatic',
      description: isRecurring ? 'Subscription payment' : `Payment for Invoice ${invoice.number}`,
      ...(isRecurring && { setup_future_usage: 'off_session' as const }),
    },
    undefined,
  );
  account.paymentIntents.add(intent);
  call.emit('payment_intent.created', intent);
  account.invoicePayments.add({
    id: createId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: amount,
    created: account.now(),
    currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  });
  account.watchers.set(intent.id, (later) => {
    if (intent.status === 'succeeded') markPaid(later, invoice);
    else if (intent.status === 'requires_payment_method') markFailed(later, invoice);
  });
}

export interface Attempt {
  readonly method: PaymentMethod | undefined;
  /** The customer is not there to authenticate. */
  readonly offSession: boolean;
}

/** Charges the card. Returns what went wrong; the invoice and its subscription have then been told. */
export function attemptPayment(
  call: Call,
  invoice: Invoice,
  { method, offSession }: Attempt,
): StripeApiError | undefined {
  const intent = invoiceIntent(call.account, invoice);
  if (intent === undefined || !['open', 'uncollectible'].includes(invoice.status)) return undefined;
  if (method === undefined) {
    markFailed(call, invoice);
    return invalidRequest(
      'There is no `default_payment_method` set on this Customer or Invoice. Please attach a payment method.',
      { code: 'invoice_payment_intent_requires_action' },
    );
  }
  try {
    confirm(call, intent, { method, offSession, errorOnRequiresAction: false, returnUrl: undefined });
  } catch (thrown) {
    if (!(thrown instanceof StripeApiError)) throw thrown;
    return thrown;
  }
  if (intent.status === 'requires_action') {
    noteAttempt(invoice);
    call.emit('invoice.payment_action_required', invoice);
    call.account.watchers.get(invoice.id)?.(call);
  }
  return undefined;
}

/** The card that is charged without being asked: of the invoice, the subscription or the customer. */
export function defaultMethod(account: Account, invoice: Invoice): PaymentMethod | undefined {
  const subscription = account.subscriptions.get(invoice.parent?.subscription_details.subscription ?? '');
  const customer = account.customers.get(invoice.customer);
  const id =
    invoice.default_payment_method ??
    subscription?.default_payment_method ??
    customer?.invoice_settings.default_payment_method;
  return account.paymentMethods.get(id ?? '');
}

export function markPaid(call: Call, invoice: Invoice): void {
  const paidAt = call.account.now();
  if (invoice.amount_due > 0) noteAttempt(invoice);
  const payment = defaultPayment(call.account, invoice);
  if (payment !== undefined) {
    Object.assign(payment, { amount_paid: payment.amount_requested, status: 'paid' });
    payment.status_transitions.paid_at = paidAt;
  }
  Object.assign(invoice, {
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'paid',
  });
  invoice.status_transitions.paid_at = paidAt;
  call.emit('invoice.paid', invoice);
  call.emit('invoice.payment_succeeded', invoice);
  call.account.watchers.get(invoice.id)?.(call);
}

function markFailed(call: Call, invoice: Invoice): void {
  noteAttempt(invoice);
  const days = invoice.billing_reason === 'subscription_cycle' ? RETRY_DAYS[invoice.attempt_count - 1] : undefined;
  invoice.next_payment_attempt = days === undefined ? null : call.account.now() + days * DAY_S;
  call.emit('invoice.payment_failed', invoice);
  call.account.watchers.get(invoice.id)?.(call);
}

function noteAttempt(invoice: Invoice): void {
  invoice.attempted = true;
  invoice.attempt_count += 1;
}

/** Nobody owes it any more. */
export function voidInvoice(call: Call, invoice: Invoice): void {
  const intent = invoiceIntent(call.account, invoice);
  invoice.status = 'void';
  invoice.auto_advance = false;
  invoice.next_payment_attempt = null;
  invoice.status_transitions.voided_at = call.account.now();
  if (intent !== undefined && !['succeeded', 'canceled'].includes(intent.status)) cancel(call, intent, 'void_invoice');
  call.emit('invoice.voided', invoice);
  call.account.watchers.get(invoice.id)?.(call);
}

export function requireInvoiceStatus(invoice: Invoice, allowed: readonly Invoice['status'][], message: string): void {
  if (allowed.includes(invoice.status)) return;
  throw invalidRequest(`${message} (status: ${invoice.status}).`, { code: 'invoice_not_editable' });
}
