import * as z from 'zod';
import type { Account } from './account.ts';
import { invalidRequest } from './api-error.ts';
import type { ListOf, Price } from './billing-objects.ts';
import type { CheckoutSession, SessionLine } from './checkout-objects.ts';
import { createId } from './ids.ts';
import { integer, metadata, notSimulated, text } from './parameters.ts';
import { priceData } from './price-parameters.ts';
import { createPrice, prices } from './prices.ts';
import { resolveObject } from './resource-routes.ts';
import { mergeMetadata } from './shared-parameters.ts';

/** What a checkout session sells. */

export const line = z.strictObject({
  metadata: metadata().optional(),
  price: text().optional(),
  price_data: priceData.optional(),
  quantity: integer(1, 1_000_000).optional(),
  ...notSimulated('adjustable_quantity', 'dynamic_tax_rates', 'tax_rates'),
});

export function buildLines(
  account: Account,
  mode: CheckoutSession['mode'],
  given: readonly z.output<typeof line>[],
): SessionLine[] {
  if ((mode === 'setup') !== (given.length === 0)) {
    const message =
      mode === 'setup'
        ? '`line_items` cannot be used in `setup` mode.'
        : `\`line_items\` is required in \`${mode}\` mode.`;
    throw invalidRequest(message, { code: 'parameter_missing', param: 'line_items' });
  }
  const lines = given.map((one) => buildLine(account, one));
  const hasRecurring = lines.some(({ price }) => price.recurring !== null);
  if (mode === 'payment' && hasRecurring) {
    throw invalidRequest(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
    );
  }
  if (mode === 'subscription' && !lines.every(({ price }) => price.recurring !== null)) {
    throw invalidRequest('The simulator takes recurring prices only in `subscription` mode.', { param: 'line_items' });
  }
  return lines;
}

function buildLine(
  account: Account,
  { metadata: data, price: id, price_data, quantity = 1 }: z.output<typeof line>,
): SessionLine {
  if ((id === undefined) === (price_data === undefined)) {
    throw invalidRequest('You must specify either `price` or `price_data` when using prices.', {
      param: 'line_items[0]',
    });
  }
  const price: Price =
    price_data === undefined
      ? resolveObject(prices, account, id ?? '', 'line_items[0][price]')
      : createPrice(account, price_data);
  const amount = price.unit_amount * quantity;
  return {
    id: createId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: account.products.get(price.product)?.name ?? '',
    metadata: mergeMetadata({}, data),
    price: structuredClone(price),
    quantity,
  };
}

export function listOf(id: string, data: SessionLine[]): ListOf<SessionLine> {
  return {
    object: 'list',
    data,
    has_more: false,
    total_count: data.length,
    url: `/v1/checkout/sessions/${id}/line_items`,
  };
}
