import type * as z from 'zod';
import type { Account } from './account.ts';
import { invalidRequest } from './api-error.ts';
import type { Plan, Price, Recurring } from './billing-objects.ts';
import { createId } from './ids.ts';
import type { priceData, recurringParameters } from './price-parameters.ts';
import { createParameters, filters, updateParameters } from './price-parameters.ts';
import { products } from './products.ts';
import type { Resource } from './resource-routes.ts';
import { fetchObject, fits, listRoute, resolveObject, retrieveRoute, searchRoute } from './resource-routes.ts';
import { route } from './router.ts';
import { mergeMetadata } from './shared-parameters.ts';
import { UNUSED_BY_PRICES, UNUSED_BY_PRODUCTS } from './unused-fields.ts';
import { changedFrom, given } from './updates.ts';

export const prices: Resource<Price> = { path: '/v1/prices', kind: 'price', objects: (account) => account.prices };

export const priceRoutes = [
  route('POST', prices.path, prices.kind, createParameters, (call, parameters) => {
    const price = createPrice(call.account, parameters);
    call.emit('price.created', price);
    return price;
  }),

  searchRoute(prices, ['active', 'currency', 'lookup_key', 'product', 'type']),
  retrieveRoute(prices),
  listRoute(
    prices,
    filters,
    (price, { active, currency, lookup_keys, product, type }) =>
      fits(active, price.active) &&
      fits(currency, price.currency) &&
      fits(product, price.product) &&
      fits(type, price.type) &&
      (lookup_keys === undefined || lookup_keys.includes(price.lookup_key ?? '')),
  ),

  route('POST', `${prices.path}/:id`, prices.kind, updateParameters, ({ account, emit }, parameters, id) => {
    const price = fetchObject(prices, account, id);
    const before = structuredClone(price);
    const { metadata: update, transfer_lookup_key, ...fields } = parameters;
    claimLookupKey(account, fields.lookup_key ?? null, transfer_lookup_key === true, id);
    Object.assign(price, given(fields), { metadata: mergeMetadata(price.metadata, update) });
    emit('price.updated', price, changedFrom(before, price));
    return price;
  }),
];

type PriceParameters = Partial<z.output<typeof createParameters>> & z.output<typeof priceData>;

/** Adds a price, and its product where that is described as well. */
export function createPrice(account: Account, parameters: PriceParameters): Price {
  const { active = true, currency, lookup_key = null, nickname = null, transfer_lookup_key } = parameters;
  const amount = parameters.unit_amount ?? parameters.unit_amount_decimal ?? 0;
  const recurring = parameters.recurring === undefined ? null : buildRecurring(parameters.recurring);
  const product = productOf(account, parameters);
  claimLookupKey(account, lookup_key, transfer_lookup_key === true);
  return account.prices.add({
    id: createId('price'),
    object: 'price',
    ...UNUSED_BY_PRICES,
    active,
    created: account.now(),
    currency,
    lookup_key,
    metadata: mergeMetadata({}, parameters.metadata),
    nickname,
    product,
    recurring,
    type: recurring === null ? 'one_time' : 'recurring',
    unit_amount: amount,
    unit_amount_decimal: String(amount),
  });
}

function buildRecurring({ interval, interval_count = 1 }: z.output<typeof recurringParameters>): Recurring {
  return { interval, interval_count, meter: null, trial_period_days: null, usage_type: 'licensed' };
}

function productOf(account: Account, { product, product_data: data }: PriceParameters): string {
  if ((product === undefined) === (data === undefined)) {
    throw invalidRequest('You must specify exactly one of these parameters: product, product_data.', {
      code: product === undefined ? 'parameter_missing' : 'parameters_exclusive',
      param: 'product',
    });
  }
  if (product !== undefined) return resolveObject(products, account, product, 'product').id;
  const created = account.now();
  return account.products.add({
    id: createId('prod', 14),
    object: 'product',
    ...UNUSED_BY_PRODUCTS,
    active: true,
    created,
    default_price: null,
    description: data?.description ?? null,
    images: data?.images ?? [],
    metadata: mergeMetadata({}, data?.metadata),
    name: data?.name ?? '',
    updated: created,
    url: null,
  }).id;
}

/** A lookup key belongs to one price. */
function claimLookupKey(account: Account, key: string | null, transfer: boolean, owner?: string): void {
  const holder = account.prices.newestFirst(({ id, lookup_key }) => lookup_key === key && id !== owner)[0];
  if (key === null || holder === undefined) return;
  if (transfer) {
    holder.lookup_key = null;
    return;
  }
  throw invalidRequest(`A price (\`${holder.id}\`) already uses that lookup key.`, { param: 'lookup_key' });
}

/** The older form of a price. */
export function planOf({ id, active, created, currency, metadata: data, nickname, product, ...price }: Price): Plan {
  return {
    id,
    object: 'plan',
    active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: 'per_unit',
    created,
    currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: { ...data },
    meter: null,
    nickname,
    product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}
