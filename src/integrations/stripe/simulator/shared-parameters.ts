import * as z from 'zod';
import type { Address, BillingDetails, Shipping } from './object-parts.ts';
import { text } from './parameters.ts';

/** Parameters and parts that several resources have in common. */

export const addressParameters = z.strictObject({
  city: text().optional(),
  country: text().optional(),
  line1: text().optional(),
  line2: text().optional(),
  postal_code: text().optional(),
  state: text().optional(),
});

export const shippingParameters = z.strictObject({
  address: addressParameters,
  carrier: text().optional(),
  name: text(),
  phone: text().optional(),
  tracking_number: text().optional(),
});

export const billingParameters = z.strictObject({
  address: addressParameters.optional(),
  email: text().optional(),
  name: text().optional(),
  phone: text().optional(),
});

export function buildAddress(address: z.output<typeof addressParameters> = {}): Address {
  const { city = null, country = null, line1 = null, line2 = null, postal_code = null, state = null } = address;
  return { city, country, line1, line2, postal_code, state };
}

export function buildShipping(shipping: z.output<typeof shippingParameters>): Shipping {
  const { address, carrier = null, name, phone = null, tracking_number = null } = shipping;
  return { address: buildAddress(address), carrier, name, phone, tracking_number };
}

export function buildBilling(billing: z.output<typeof billingParameters> = {}): BillingDetails {
  const { address, email = null, name = null, phone = null } = billing;
  return { address: buildAddress(address), email, name, phone, tax_id: null };
}

/** Metadata after an update: given names are set, empty values unset them, an empty text unsets all. */
export function mergeMetadata(
  current: Record<string, string>,
  update: '' | Record<string, string> | undefined,
): Record<string, string> {
  if (update === '') return {};
  const merged = Object.entries({ ...current, ...update });
  return Object.fromEntries(merged.filter(([, value]) => value !== ''));
}
