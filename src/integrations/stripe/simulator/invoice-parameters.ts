import * as z from 'zod';
import { boolean, choice, clearable, integer, metadata, notSimulated, text } from './parameters.ts';

export const collection = choice('charge_automatically', 'send_invoice').optional();

export const both = {
  auto_advance: boolean().optional(),
  collection_method: collection,
  days_until_due: integer(0, 365).optional(),
  default_payment_method: text().optional(),
  description: clearable().optional(),
  footer: clearable().optional(),
  metadata: metadata().optional(),
  ...notSimulated('account_tax_ids', 'application_fee_amount', 'automatic_tax', 'custom_fields', 'default_tax_rates'),
  ...notSimulated('discounts', 'due_date', 'issuer', 'number', 'on_behalf_of', 'payment_settings', 'rendering'),
  ...notSimulated('shipping_cost', 'shipping_details', 'statement_descriptor', 'transfer_data'),
};

export const createParameters = z.strictObject({
  ...both,
  currency: text().toLowerCase().optional(),
  customer: text(),
  pending_invoice_items_behavior: choice('include', 'exclude').optional(),
  ...notSimulated('from_invoice', 'subscription'),
});

export const payParameters = z.strictObject({
  off_session: boolean().optional(),
  paid_out_of_band: boolean().optional(),
  payment_method: text().optional(),
  ...notSimulated('forgive', 'mandate', 'source'),
});

export const filters = {
  collection_method: collection,
  customer: text().optional(),
  status: choice('draft', 'open', 'paid', 'uncollectible', 'void').optional(),
  subscription: text().optional(),
};
