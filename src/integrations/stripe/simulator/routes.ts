import type { Call } from './account.ts';
import { checkoutSessionRoutes } from './checkout-sessions.ts';
import { customerRoutes } from './customers.ts';
import { disputeRoutes } from './disputes.ts';
import { eventRoutes } from './events.ts';
import type { FormObject, FormValue } from './form.ts';
import { invoiceItemRoutes } from './invoice-items.ts';
import { invoiceRoutes } from './invoices.ts';
import { paymentIntentRoutes } from './payment-intents.ts';
import { paymentMethodRoutes } from './payment-method-routes.ts';
import { priceRoutes } from './prices.ts';
import { productRoutes } from './products.ts';
import { recordRoutes } from './records.ts';
import { refundRoutes } from './refunds.ts';
import type { Route } from './router.ts';
import { findRoute } from './router.ts';
import { setupIntentRoutes } from './setup-intents.ts';
import { subscriptionItemRoutes } from './subscription-items.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { testClockRoutes } from './test-clocks.ts';
import { webhookEndpointRoutes } from './webhook-endpoints.ts';

/** Every endpoint. */
export const ROUTES: readonly Route[] = [
  ...paymentIntentRoutes,
  ...setupIntentRoutes,
  ...paymentMethodRoutes,
  ...customerRoutes,
  ...productRoutes,
  ...priceRoutes,
  ...subscriptionRoutes,
  ...subscriptionItemRoutes,
  ...invoiceRoutes,
  ...invoiceItemRoutes,
  ...checkoutSessionRoutes,
  ...testClockRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...recordRoutes,
  ...eventRoutes,
  ...webhookEndpointRoutes,
];

/** A request that the simulator makes of itself: what a customer or a trigger does. Throws the `StripeApiError` of a refusal. */
export function callApi(call: Call, method: Route['method'], path: string, parameters: object = {}): { id: string } {
  const { route, id } = findRoute(ROUTES, method, path);
  return route.prepare(toForm(parameters), id)(call) as { id: string };
}

function toForm(value: object): FormObject {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([name, inner]): [string, FormValue] => [name, toFormValue(inner)]));
}

function toFormValue(value: unknown): FormValue {
  if (typeof value === 'object' && value !== null) return toForm(value);
  return value === null ? '' : String(value);
}
