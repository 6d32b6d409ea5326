import type { SimulatedRequest, SimulatedResponse } from '../../../simulator/service.ts';
import type { Call } from './account.ts';
import { invalidRequest, StripeApiError } from './api-error.ts';
import type { PaymentIntent } from './objects.ts';
import { authenticate } from './payments.ts';

const PAGE = /^\/authenticate\/([^/]+)$/;

/** True for the page on which a customer authenticates: it needs no API key, the client secret stands in for it. */
export function isAuthenticationPage(request: SimulatedRequest): boolean {
  return request.method === 'GET' && PAGE.test(request.url.pathname);
}

/**
 * The visit to the address in `next_action`: the customer agrees, or with `&outcome=fail` refuses. Sends the browser back to the
 * `return_url`, as the bank's page does; without one the answer is the status.
 */
export function visitAuthenticationPage(call: Call, { url }: SimulatedRequest): SimulatedResponse {
  const intent = call.account.paymentIntents.get(PAGE.exec(url.pathname)?.[1] ?? '');
  if (intent === undefined || url.searchParams.get('client_secret') !== intent.client_secret) {
    throw invalidRequest('No payment waits here for authentication.', undefined, 404);
  }
  const back =
    intent.next_action?.type === 'redirect_to_url' ? intent.next_action.redirect_to_url.return_url : undefined;
  const passed = authenticateOnce(call, intent, url.searchParams.get('outcome') !== 'fail');
  const target = back === undefined ? null : URL.parse(back);
  if (target === null) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status: intent.status }),
    };
  }
  target.searchParams.set('payment_intent', intent.id);
  target.searchParams.set('payment_intent_client_secret', intent.client_secret);
  target.searchParams.set('redirect_status', passed ? 'succeeded' : 'failed');
  return { status: 302, headers: { location: target.href }, body: '' };
}

/** A decline after the authentication is for the merchant's code to see; the customer only comes back. */
function authenticateOnce(call: Call, intent: PaymentIntent, succeeded: boolean): boolean {
  try {
    authenticate(call, intent, succeeded);
    return succeeded;
  } catch (thrown) {
    if (thrown instanceof StripeApiError && thrown.type === 'card_error') return false;
    throw thrown;
  }
}
