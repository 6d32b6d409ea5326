import * as z from 'zod';
import {
  boolean,
  choice,
  choiceOfSimulated,
  clearable,
  integer,
  list,
  metadata,
  notSimulated,
  text,
} from './parameters.ts';
import { priceData } from './price-parameters.ts';

const seconds = integer(0, 10_000_000_000);

export const proration = choiceOfSimulated(['create_prorations', 'none'], ['always_invoice']).optional();

export const itemParameters = {
  metadata: metadata().optional(),
  price: text().optional(),
  price_data: priceData.optional(),
  quantity: integer(0, 1_000_000).optional(),
  ...notSimulated('billing_thresholds', 'discounts', 'plan', 'tax_rates'),
};

const both = {
  cancel_at: z.union([z.literal('').transform(() => null), seconds]).optional(),
  cancel_at_period_end: boolean().optional(),
  collection_method: choice('charge_automatically', 'send_invoice').optional(),
  days_until_due: integer(0, 365).optional(),
  default_payment_method: text().optional(),
  description: clearable(500).optional(),
  metadata: metadata().optional(),
  off_session: boolean().optional(),
  payment_behavior: choice('allow_incomplete', 'default_incomplete', 'error_if_incomplete').optional(),
  proration_behavior: proration,
  trial_end: z.union([z.literal('now'), seconds]).optional(),
  payment_settings: z
    .strictObject({
      save_default_payment_method: choice('on_subscription', 'off').optional(),
      ...notSimulated('payment_method_options', 'payment_method_types'),
    })
    .optional(),
  ...notSimulated(
    'add_invoice_items',
    'application_fee_percent',
    'automatic_tax',
    'billing_thresholds',
    'default_source',
  ),
  ...notSimulated(
    'default_tax_rates',
    'discounts',
    'invoice_settings',
    'on_behalf_of',
    'pending_invoice_item_interval',
  ),
  ...notSimulated('transfer_data', 'trial_settings'),
};

export const createParameters = z.strictObject({
  ...both,
  customer: text(),
  currency: text().toLowerCase().optional(),
  items: list(z.strictObject(itemParameters)),
  trial_period_days: integer(1, 730).optional(),
  ...notSimulated('backdate_start_date', 'billing_cycle_anchor', 'billing_cycle_anchor_config', 'billing_mode'),
});

export const updateParameters = z.strictObject({
  ...both,
  cancellation_details: z
    .strictObject({ comment: clearable().optional(), feedback: clearable().optional() })
    .optional(),
  items: list(z.strictObject({ ...itemParameters, id: text().optional(), deleted: boolean().optional() })).optional(),
  ...notSimulated('billing_cycle_anchor', 'pause_collection', 'proration_date', 'trial_from_plan'),
});

export const cancelParameters = z.strictObject({
  cancellation_details: z
    .strictObject({ comment: clearable().optional(), feedback: clearable().optional() })
    .optional(),
  ...notSimulated('invoice_now', 'prorate'),
});

export const statuses = [
  'active',
  'past_due',
  'unpaid',
  'canceled',
  'incomplete',
  'incomplete_expired',
  'trialing',
  'all',
  'ended',
] as const;

export type CreateParameters = z.output<typeof createParameters>;
export type UpdateParameters = z.output<typeof updateParameters>;
export type ItemParameters = z.output<z.ZodObject<typeof itemParameters>>;
