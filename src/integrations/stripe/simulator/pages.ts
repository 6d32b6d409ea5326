import type { SimulatedRequest, SimulatedResponse } from '../../../simulator/service.ts';
import type { Call } from './account.ts';
import { invalidRequest, StripeApiError } from './api-error.ts';
import { completeCheckout } from './complete-checkout.ts';
import type { NextAction } from './objects.ts';
import { authenticate } from './payments.ts';
import { authenticateSetup } from './setup-changes.ts';

const PAGE = /^\/(authenticate|checkout)\/([^/]+)$/;

/** True for the pages that a customer's browser visits: they need no API key. */
export function isPage(request: SimulatedRequest): boolean {
  return request.method === 'GET' && PAGE.test(request.url.pathname);
}

/** The visit to a page. Sends the browser back to the merchant, as Stripe's page does; without an address the answer is the status. */
export function visitPage(call: Call, { url }: SimulatedRequest): SimulatedResponse {
  const [, page, id = ''] = PAGE.exec(url.pathname) ?? [];
  return page === 'checkout'
    ? visitCheckout(call, id, url.searchParams)
    : visitAuthentication(call, id, url.searchParams);
}

/** The customer agrees to the payment, or with `&outcome=fail` refuses. The client secret stands in for the key. */
function visitAuthentication(call: Call, id: string, query: URLSearchParams): SimulatedResponse {
  const { account } = call;
  const payment = account.paymentIntents.get(id);
  const setup = account.setupIntents.get(id);
  const intent = payment ?? setup;
  if (intent === undefined || query.get('client_secret') !== intent.client_secret) {
    throw invalidRequest('No payment waits here for authentication.', undefined, 404);
  }
  const back = returnUrl(intent.next_action);
  const agrees = query.get('outcome') !== 'fail';
  const passed = passes(() => {
    if (payment !== undefined) authenticate(call, payment, agrees);
    else if (setup !== undefined) authenticateSetup(call, setup, agrees);
  });
  const name = payment === undefined ? 'setup_intent' : 'payment_intent';
  return redirect(back, intent.status, {
    [name]: intent.id,
    [`${name}_client_secret`]: intent.client_secret,
    redirect_status: passed && agrees ? 'succeeded' : 'failed',
  });
}

function returnUrl(action: NextAction | null): string | undefined {
  return action?.type === 'redirect_to_url' ? action.redirect_to_url.return_url : undefined;
}

/** The customer pays with `?payment_method=pm_card_…`, by default a Visa card, or with `?outcome=cancel` goes back. */
function visitCheckout(call: Call, id: string, query: URLSearchParams): SimulatedResponse {
  const session = call.account.checkoutSessions.get(id);
  if (session === undefined) throw invalidRequest('There is no such Checkout Session.', undefined, 404);
  if (query.get('outcome') === 'cancel') return redirect(session.cancel_url ?? undefined, session.status, {});
  completeCheckout(call, session, query.get('payment_method') ?? 'pm_card_visa');
  const target = session.success_url?.replaceAll('{CHECKOUT_SESSION_ID}', session.id);
  return redirect(target, session.status, {});
}

/** A decline after the authentication is for the merchant's code to see; the customer only comes back. */
function passes(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (thrown) {
    if (thrown instanceof StripeApiError && thrown.type === 'card_error') return false;
    throw thrown;
  }
}

function redirect(
  back: string | undefined,
  status: string,
  query: Readonly<Record<string, string>>,
): SimulatedResponse {
  const target = back === undefined ? null : URL.parse(back);
  if (target === null) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ status }) };
  }
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  return { status: 302, headers: { location: target.href }, body: '' };
}
