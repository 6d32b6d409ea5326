import type { Call } from './account.ts';
import { invalidRequest, StripeApiError } from './api-error.ts';
import type { CheckoutSession } from './checkout-objects.ts';
import { callApi } from './routes.ts';

/** What happens on the page of a checkout session when the customer pays with a card. Throws the card error of a decline. */
export function completeCheckout(call: Call, session: CheckoutSession, card: string): void {
  if (session.status !== 'open') {
    throw invalidRequest(`This Checkout Session has a status of ${session.status}: it can no longer be completed.`);
  }
  if (session.mode !== 'payment') session.customer ??= createCustomer(call, session);
  WORK[session.mode](call, session, card);
  const customer = call.account.customers.get(session.customer ?? '');
  const { address = null, email = null, name = null, phone = null } = customer ?? {};
  Object.assign(session, {
    customer_details: {
      address,
      business_name: null,
      email: session.customer_email ?? email ?? 'customer@example.com',
      individual_name: null,
      name,
      phone,
      tax_exempt: 'none',
      tax_ids: [],
    },
    payment_status: session.mode === 'setup' ? 'no_payment_required' : 'paid',
    status: 'complete',
    url: null,
  });
  call.emit('checkout.session.completed', session);
}

/** Payments alone need no customer; sessions that save a card make one. */
function createCustomer(call: Call, { customer_email }: CheckoutSession): string {
  return callApi(call, 'POST', '/v1/customers', { email: customer_email ?? 'customer@example.com' }).id;
}

const WORK: Readonly<Record<CheckoutSession['mode'], (call: Call, session: CheckoutSession, card: string) => void>> = {
  payment: pay,
  setup: save,
  subscription: subscribe,
};

function save(call: Call, session: CheckoutSession, card: string): void {
  const parameters = { customer: session.customer, payment_method: card, confirm: true };
  session.setup_intent = callApi(call, 'POST', '/v1/setup_intents', parameters).id;
}

function pay(call: Call, session: CheckoutSession, card: string): void {
  const { amount_total: amount, currency, customer } = session;
  const data = call.account.sessionPlans.get(session.id)?.payment_intent_data ?? {};
  const { id } = callApi(call, 'POST', '/v1/payment_intents', {
    ...data,
    amount,
    confirm: true,
    currency,
    customer: customer ?? undefined,
    payment_method: card,
  });
  session.payment_intent = id;
  const intent = call.account.paymentIntents.get(id);
  if (intent?.status === 'requires_action') {
    throw new StripeApiError(
      402,
      'card_error',
      'The customer has to authenticate: use a card that does not ask for it.',
      {
        code: 'authentication_required',
      },
    );
  }
}

function subscribe(call: Call, session: CheckoutSession, card: string): void {
  const { account } = call;
  const method = callApi(call, 'POST', `/v1/payment_methods/${card}/attach`, { customer: session.customer }).id;
  const items = account.sessionLines.get(session.id)?.data ?? [];
  const { id } = callApi(call, 'POST', '/v1/subscriptions', {
    ...account.sessionPlans.get(session.id)?.subscription_data,
    customer: session.customer,
    default_payment_method: method,
    items: items.map(({ price, quantity }) => ({ price: price.id, quantity })),
    payment_behavior: 'error_if_incomplete',
  });
  session.subscription = id;
  session.invoice = account.subscriptions.get(id)?.latest_invoice ?? null;
}
