import * as z from 'zod';
import { MAX_AMOUNT } from './amounts.ts';
import { boolean, choice, clearable, integer, list, metadata, notSimulated, refuse, text } from './parameters.ts';

const intervals = ['day', 'week', 'month', 'year'] as const;

export const recurringParameters = z.strictObject({
  interval: choice(...intervals),
  interval_count: integer(1, 1_095).optional(),
  usage_type: choice('licensed').optional(),
  ...notSimulated('meter', 'trial_period_days'),
});

const amounts = {
  currency: text().toLowerCase(),
  unit_amount: integer(0, MAX_AMOUNT).optional(),
  unit_amount_decimal: integer(0, MAX_AMOUNT).optional(),
  recurring: recurringParameters.optional(),
  tax_behavior: choice('unspecified').optional(),
};

const productData = z.strictObject({
  name: text(),
  metadata: metadata().optional(),
  description: text().optional(),
  images: list(text()).optional(),
});

type Amounts = z.output<z.ZodObject<typeof amounts>>;

function requireAmount({ unit_amount, unit_amount_decimal }: Partial<Amounts>, ctx: z.core.$RefinementCtx): void {
  if (unit_amount === undefined && unit_amount_decimal === undefined) {
    refuse(ctx, 'Missing required param: unit_amount.', 'parameter_missing', ['unit_amount']);
  }
}

/** A price that is described where it is used: in items of subscriptions, checkout sessions and invoices. */
export const priceData = z
  .strictObject({ ...amounts, product: text().optional(), product_data: productData.optional() })
  .superRefine(requireAmount);

export const createParameters = z
  .strictObject({
    ...amounts,
    active: boolean().optional(),
    lookup_key: text(200).optional(),
    metadata: metadata().optional(),
    nickname: text().optional(),
    product: text().optional(),
    product_data: productData.optional(),
    transfer_lookup_key: boolean().optional(),
    ...notSimulated('billing_scheme', 'currency_options', 'custom_unit_amount', 'tiers', 'tiers_mode'),
    ...notSimulated('transform_quantity'),
  })
  .superRefine(requireAmount);

export const updateParameters = z.strictObject({
  active: boolean().optional(),
  lookup_key: clearable(200).optional(),
  metadata: metadata().optional(),
  nickname: clearable().optional(),
  transfer_lookup_key: boolean().optional(),
  ...notSimulated('currency_options', 'tax_behavior'),
});

export const filters = {
  active: boolean().optional(),
  currency: text().optional(),
  lookup_keys: list(text()).optional(),
  product: text().optional(),
  type: choice('one_time', 'recurring').optional(),
};
