import type { Account } from './account.ts';
import { invalidRequest } from './api-error.ts';

/** Which fields of which objects hold the id of another one: https://docs.stripe.com/api/expanding_objects */
const EXPANDABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  payment_intent: { customer: 'customer', latest_charge: 'charge', payment_method: 'payment_method' },
  charge: { balance_transaction: 'balance_transaction', customer: 'customer', payment_intent: 'payment_intent' },
  refund: {
    balance_transaction: 'balance_transaction',
    charge: 'charge',
    customer: 'customer',
    payment_intent: 'payment_intent',
    payment_method: 'payment_method',
  },
  payment_method: { customer: 'customer' },
  balance_transaction: { source: 'charge' },
};

const MAX_DEPTH = 4;

/** Throws for a path that leads nowhere, so that it is refused before anything happens. */
export function checkExpand(kind: string, isList: boolean, paths: readonly string[]): void {
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.length > MAX_DEPTH) throw invalidRequest(`You cannot expand more than ${MAX_DEPTH} levels (${path}).`);
    if (isList ? steps[0] === 'data' && leadsOn(kind, steps.slice(1)) : leadsOn(kind, steps)) continue;
    throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' });
  }
}

function leadsOn(kind: string, [step, ...rest]: readonly string[]): boolean {
  const next = EXPANDABLE[kind]?.[step ?? ''];
  return next !== undefined && (rest.length === 0 || leadsOn(next, rest));
}

/** A copy of the object in which the ids along the paths are replaced by what they name. */
export function expand(account: Account, object: object, paths: readonly string[]): object {
  if (paths.length === 0) return object;
  const copy = structuredClone(object);
  for (const path of paths) expandPath(account, copy, path.split('.'));
  return copy;
}

function expandPath(account: Account, object: object, [step, ...rest]: readonly string[]): void {
  if (step === undefined) return;
  const fields = object as Record<string, unknown>;
  const value = fields[step];
  const found = typeof value === 'string' ? structuredClone(account.find(value)) : value;
  if (typeof found !== 'object' || found === null) return;
  fields[step] = found;
  for (const inner of Array.isArray(found) ? found : [found]) expandPath(account, inner, rest);
}
