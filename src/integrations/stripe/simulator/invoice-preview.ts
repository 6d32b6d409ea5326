import * as z from 'zod';
import type { Call } from './account.ts';
import { invalidRequest, missing } from './api-error.ts';
import type { Subscription } from './billing-objects.ts';
import { createId } from './ids.ts';
import type { Invoice } from './invoice-objects.ts';
import { boolean, integer, list, notSimulated, text } from './parameters.ts';
import { periodEnd } from './periods.ts';
import { prices } from './prices.ts';
import { resolveObject } from './resource-routes.ts';
import { buildSubscriptionInvoice, currentPeriod, recurringOf } from './subscription-changes.ts';

const item = z.strictObject({
  id: text().optional(),
  price: text().optional(),
  quantity: integer(0, 1_000_000).optional(),
  deleted: boolean().optional(),
});

export const previewParameters = z.strictObject({
  customer: text().optional(),
  subscription: text(),
  subscription_details: z
    .strictObject({
      items: list(item).optional(),
      ...notSimulated(
        'cancel_at',
        'cancel_at_period_end',
        'cancel_now',
        'proration_behavior',
        'proration_date',
        'trial_end',
      ),
    })
    .optional(),
  ...notSimulated(
    'automatic_tax',
    'currency',
    'customer_details',
    'discounts',
    'invoice_items',
    'preview_mode',
    'schedule',
  ),
  ...notSimulated('schedule_details'),
});

/** The next invoice of a subscription, also with other items; nothing is kept. */
export function previewInvoice({ account }: Call, parameters: z.output<typeof previewParameters>): Invoice {
  const { subscription: id, subscription_details: details } = parameters;
  const current = account.subscriptions.get(id);
  if (current === undefined) throw missing('subscription', id, 'subscription', 400);
  if (['canceled', 'incomplete_expired'].includes(current.status) || current.cancel_at_period_end) {
    throw invalidRequest('No upcoming invoices for this subscription.', { code: 'invoice_upcoming_none' }, 404);
  }
  const subscription = structuredClone(current);
  if (subscription.status === 'trialing') subscription.status = 'active';
  for (const change of details?.items ?? [])
    applyItem(subscription, change, (priceId) =>
      resolveObject(prices, account, priceId, 'subscription_details[items]'),
    );
  const { end: start } = currentPeriod(subscription);
  const end = periodEnd(subscription.billing_cycle_anchor, start, recurringOf(subscription));
  return account.at(current.test_clock, () => {
    const invoice = buildSubscriptionInvoice(account, subscription, 'upcoming', { start, end });
    return { ...invoice, id: createId('upcoming_in'), next_payment_attempt: start + 60 * 60 };
  });
}

type Change = z.output<typeof item>;

function applyItem(
  { items }: Subscription,
  { id, price, quantity, deleted }: Change,
  resolve: (id: string) => Subscription['items']['data'][number]['price'],
): void {
  const found = items.data.find((one) => one.id === id);
  if (found === undefined) throw missing('subscription item', id ?? '', 'subscription_details[items][0][id]', 400);
  if (deleted === true) items.data.splice(items.data.indexOf(found), 1);
  if (price !== undefined) found.price = resolve(price);
  found.quantity = quantity ?? found.quantity;
}
