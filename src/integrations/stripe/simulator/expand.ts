import type { Account } from './account.ts';
import { invalidRequest } from './api-error.ts';

/** Which fields of which objects hold the id of another one: https://docs.stripe.com/api/expanding_objects */
const EXPANDABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  payment_intent: { customer: 'customer', latest_charge: 'charge', payment_method: 'payment_method' },
  setup_intent: { customer: 'customer', payment_method: 'payment_method' },
  charge: { balance_transaction: 'balance_transaction', customer: 'customer', payment_intent: 'payment_intent' },
  refund: {
    balance_transaction: 'balance_transaction',
    charge: 'charge',
    customer: 'customer',
    payment_intent: 'payment_intent',
    payment_method: 'payment_method',
  },
  dispute: { charge: 'charge', payment_intent: 'payment_intent' },
  customer: { test_clock: 'test_clock' },
  payment_method: { customer: 'customer' },
  balance_transaction: { source: 'charge' },
  product: { default_price: 'price' },
  price: { product: 'product' },
  subscription: {
    customer: 'customer',
    default_payment_method: 'payment_method',
    items: 'subscription_items',
    latest_invoice: 'invoice',
    pending_setup_intent: 'setup_intent',
    test_clock: 'test_clock',
  },
  subscription_items: { data: 'subscription_item' },
  subscription_item: { price: 'price' },
  invoice: {
    confirmation_secret: '',
    customer: 'customer',
    default_payment_method: 'payment_method',
    payments: 'invoice_payments',
    test_clock: 'test_clock',
  },
  invoice_payments: { data: 'invoice_payment' },
  invoice_payment: { invoice: 'invoice', payment: 'invoice_payment_source' },
  invoice_payment_source: { payment_intent: 'payment_intent' },
  'checkout.session': {
    customer: 'customer',
    invoice: 'invoice',
    line_items: '',
    payment_intent: 'payment_intent',
    setup_intent: 'setup_intent',
    subscription: 'subscription',
  },
};

/** Fields that are left out unless they are asked for, by kind: https://docs.stripe.com/expand#includable-properties */
export type Includable = Readonly<Record<string, (account: Account, id: string) => unknown>>;

const MAX_DEPTH = 4;

/** Throws for a path that leads nowhere, so that it is refused before anything happens. */
export function checkExpand(kind: string, isList: boolean, paths: readonly string[]): void {
  for (const path of paths) {
    const steps = path.split('.');
    const levels = steps.filter((step) => step !== 'data').length;
    if (levels > MAX_DEPTH) throw invalidRequest(`You cannot expand more than ${MAX_DEPTH} levels (${path}).`);
    if (isList ? steps[0] === 'data' && leadsOn(kind, steps.slice(1)) : leadsOn(kind, steps)) continue;
    throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' });
  }
}

function leadsOn(kind: string, [step, ...rest]: readonly string[]): boolean {
  const next = EXPANDABLE[kind]?.[step ?? ''];
  return next !== undefined && (rest.length === 0 || leadsOn(next, rest));
}

/** A copy of the object in which the ids along the paths are replaced by what they name. */
export function expand(
  account: Account,
  object: object,
  paths: readonly string[],
  includable: Readonly<Record<string, Includable>> = {},
): object {
  if (paths.length === 0) return object;
  const copy = structuredClone(object);
  for (const path of paths) expandPath({ account, includable }, copy, path.split('.'));
  return copy;
}

interface Context {
  readonly account: Account;
  readonly includable: Readonly<Record<string, Includable>>;
}

function expandPath(context: Context, object: object, [step, ...rest]: readonly string[]): void {
  if (step === undefined) return;
  const fields = object as Record<string, unknown>;
  const found = expandedValue(context, fields, step);
  if (typeof found !== 'object' || found === null) return;
  fields[step] = found;
  for (const inner of Array.isArray(found) ? found : [found]) expandPath(context, inner, rest);
}

function expandedValue({ account, includable }: Context, fields: Record<string, unknown>, step: string): unknown {
  const value = fields[step];
  if (typeof value === 'string') return structuredClone(account.find(value));
  if (value !== undefined) return value;
  return structuredClone(includable[String(fields['object'])]?.[step]?.(account, String(fields['id'])));
}
